import type { Candle } from '../model/candle.js';
import type { MarketView } from '../model/market-view.js';
import type { Depth } from '../model/trigger.js';

/** A seat as it was in the run. */
export interface SeatRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: 'rule' | 'model' | 'remote';
  readonly rule?: string;
  readonly model?: string;
  readonly weight: number;
  readonly faultDomain: string;
}

/** `[time, knownAt, open, high, low, close, volume]`: a third of the bytes that names would make. */
type CandleRow = readonly [number, number, number, number, number, number, number];

type ViewRecord = Omit<MarketView, 'candles'> & { readonly candles: readonly CandleRow[] };

/** All that a run was built from, as JSON keeps it. */
export interface InputsRecord {
  readonly runId: string;
  readonly depth: Depth;
  /** A client's subject, or `schedule`. */
  readonly requester: string;
  readonly seats: readonly SeatRecord[];
  readonly rules: { readonly threshold: number; readonly minConfidence: number; readonly minDomains: number };
  /** As `viewFrom` reads it. */
  readonly view: ViewRecord;
}

/** What JSON has no number for (−0, NaN, ±Infinity) is written as `{"$number": "-0"}`. */
export function inputsRecord(view: MarketView, rest: Omit<InputsRecord, 'view'>): InputsRecord {
  const { candles, ...others } = view;
  const record: ViewRecord = { ...others, candles: candles.map(rowOf) };
  return { ...rest, view: isPlain(record) ? record : written(record) as ViewRecord };
}

/** The view that `inputsRecord` was given, also after `JSON.stringify` and `parse`; frozen through and through. */
export function viewFrom({ view }: InputsRecord): MarketView {
  const { candles, ...others } = read(view) as ViewRecord;
  return Object.freeze({ ...others, candles: Object.freeze(candles.map(candleOf)) });
}

const rowOf = ({ time, knownAt, open, high, low, close, volume }: Candle): CandleRow => [time, knownAt, open, high, low, close, volume];

const candleOf = ([time, knownAt, open, high, low, close, volume]: CandleRow): Candle =>
  Object.freeze({ time, knownAt, open, high, low, close, volume });

const NUMBER = '$number';

const inJson = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

/** Nearly every view is, and to look costs a tenth of a copy. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return inJson(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const name in value) if (!isPlain((value as Record<string, unknown>)[name])) return false;
  return true;
}

function written(value: unknown): unknown {
  if (typeof value !== 'number') return mapped(value, written);
  return inJson(value) ? value : { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
}

function read(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && NUMBER in value) return Number(value[NUMBER]);
  return Object.freeze(mapped(value, read));
}

/** A copy with each member changed; what is no object or list stays. A field that is undefined is left out, as JSON does. */
function mapped(value: unknown, change: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, change(member)]));
}
