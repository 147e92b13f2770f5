import type { Tick } from '../../model/candle.js';
import { isSimulated } from '../../model/price-update.js';

/** What is in a frame of an outside stream. `symbol` as the stream spells it. */
export interface OutsideFrame {
  readonly ticks: readonly Tick[];
  /** Why a frame, or something in it, cannot be used. */
  readonly bad: readonly string[];
  /** Somebody said that its prices are made up. */
  readonly simulated: boolean;
}

/** A tick may be this far ahead of our clock: one further ahead would hide all that follow it. */
const MOST_AHEAD_MS = 5000;
/** Below it a number counts seconds (until the year 5138), above it milliseconds (from 1973). */
const SECONDS_BELOW = 1e11;
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;
const NUMBER = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * `{symbol, price, volume, timestamp}`, a list of them, or Conclave's `{type: "price_update", data: {…}}`. Other messages of
 * Conclave, known by their `type`, are neither ticks nor bad. Never throws.
 * @param now epoch milliseconds
 */
export function readFrame(text: string, now: number): OutsideFrame {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { ticks: [], bad: ['it is not JSON'], simulated: false };
  }
  const [ticks, bad]: [Tick[], string[]] = [[], []];
  let simulated = false;
  for (const item of Array.isArray(content) ? (content as unknown[]) : [content]) {
    const fields = fieldsOf(item);
    if (fields === null) continue;
    const tick = typeof fields === 'string' ? fields : tickOf(fields, now);
    if (typeof tick === 'string') bad.push(tick);
    else {
      ticks.push(tick);
      simulated ||= isSimulated((fields as Fields)['source']);
    }
  }
  return { ticks, bad, simulated };
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A tick's fields; null: another message; a text: why it is none. */
function fieldsOf(item: unknown): Fields | string | null {
  if (!isObject(item)) return 'it is no object';
  const { type, data } = item;
  if (type === 'price_update' && isObject(data)) return data;
  if ('symbol' in item && 'price' in item) return item;
  return typeof type === 'string' && type !== 'price_update' ? null : 'it has no symbol and price';
}

function tickOf({ symbol, price: said, volume: traded, timestamp }: Fields, now: number): Tick | string {
  if (typeof symbol !== 'string' || symbol === '') return 'its symbol is no text';
  const [price, volume] = [numberOf(said), traded === undefined || traded === null ? 0 : numberOf(traded)];
  if (!(price > 0 && price < Infinity)) return 'its price is no number above 0';
  if (!(volume >= 0 && volume < Infinity)) return 'its volume is no number from 0';
  const time = timeOf(timestamp);
  if (!(time > 0)) return 'its timestamp is neither ISO 8601 nor seconds or milliseconds since 1970';
  if (time - now > MOST_AHEAD_MS) return `its timestamp is ${Math.round((time - now) / 1000)} s ahead of this machine's clock`;
  return { symbol, price, volume, time };
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN);

/** Epoch milliseconds; ISO without a zone is UTC. NaN where it is none. */
function timeOf(value: unknown): number {
  const number = numberOf(value);
  if (Number.isFinite(number)) return Math.floor(number < SECONDS_BELOW ? number * 1000 : number);
  if (typeof value !== 'string') return Number.NaN;
  const zone = ISO.exec(value);
  return zone ? Date.parse(`${value.replace(' ', 'T').replace(',', '.')}${zone[3] === undefined ? 'Z' : ''}`) : Number.NaN;
}
