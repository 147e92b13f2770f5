import { situationVector, VECTOR_SIZE, VECTOR_VERSION } from '../../knowledge/situation-vector.js';
import type { MarketView } from '../../model/market-view.js';
import { isSimulated } from '../../model/price-update.js';

/** The market as it was, to be compared with another of its kind. */
export interface Situation {
  /** Those of one kind are compared: version, interval, simulated or real. */
  readonly kind: string;
  readonly values: Float32Array;
}

interface Stored {
  readonly version: number;
  readonly interval: string;
  readonly source: string;
  readonly values: readonly number[];
}

const kindOf = ({ version, interval, source }: Omit<Stored, 'values'>): string => `${version} ${interval} ${isSimulated(source) ? 'simulated' : 'real'}`;

/** As JSON text; null while the market is not warm. */
export function situationText(view: MarketView): string | null {
  const values = situationVector(view);
  const stored: Stored | null = values && { version: VECTOR_VERSION, interval: view.interval, source: view.source, values };
  return stored && JSON.stringify(stored);
}

export function situationIn(text: string | null): Situation | null {
  if (text === null) return null;
  const stored = JSON.parse(text) as Stored;
  return stored.values.length === VECTOR_SIZE ? { kind: kindOf(stored), values: Float32Array.from(stored.values) } : null;
}

export function situationOf(view: MarketView): Situation | null {
  const values = situationVector(view);
  return values && { kind: kindOf({ version: VECTOR_VERSION, interval: view.interval, source: view.source }), values: Float32Array.from(values) };
}

/** Euclidean, squared. */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at]! - b[at]!) ** 2;
  return sum;
}
