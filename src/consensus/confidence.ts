/**
 * Mean of the supporting domains' values without the f highest and then, of the rest, the f lowest; at least one
 * stays. Of any f + 1 highest values one is honest, so up to f faulty domains cannot raise it above the highest
 * honest value.
 */
export function trimmedMean(values: readonly number[], faults: number): number {
  if (values.length === 0) return 0;
  const ascending = [...values].sort((a, b) => a - b);
  const end = Math.max(ascending.length - faults, 1);
  const start = Math.min(faults, end - 1);
  let sum = 0;
  for (let at = start; at < end; at++) sum += ascending[at]!;
  return sum / (end - start);
}
