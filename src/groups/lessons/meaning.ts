/** What a text means: its embedding, a byte a number. Compared with those of the same model only. */
export interface Meaning {
  readonly values: Int8Array;
  /** Euclidean, of the values. */
  readonly length: number;
}

/** A quarter of the memory that floats take, and angles are right to about a hundredth. null: it has no direction. */
export function meaningOf(vector: readonly number[]): Meaning | null {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0 && Number.isFinite(largest))) return null;
  const values = Int8Array.from(vector, (value) => Math.round((127 * value) / largest));
  return { values, length: Math.sqrt(dot(values, values)) };
}

/** The cosine, 0 to 1; 0 of two that cannot be compared. */
export const closeness = (a: Meaning, b: Meaning): number =>
  (a.values.length === b.values.length ? Math.max(0, dot(a.values, b.values) / (a.length * b.length)) : 0);

function dot(a: Int8Array, b: Int8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
