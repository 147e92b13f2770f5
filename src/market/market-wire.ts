import type { Candle } from '../model/candle.js';
import type { AssetClass, Instrument } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';
import type { StructureState } from '../model/structure.js';
import type { Market } from './market.js';

const iso = (time: number): string => new Date(time).toISOString();

/** An item of `GET /api/symbols`. */
export interface SymbolOnWire {
  readonly symbol: string;
  readonly name: string;
  readonly asset_class: AssetClass;
  readonly currency: string;
  readonly hours: Instrument['hours'];
  readonly tick_size: number;
  readonly lot_size: number;
  /** What analysts see. */
  readonly interval: Interval;
  readonly intervals: readonly Interval[];
  /** null before the first. */
  readonly price: number | null;
  readonly change_pct: number | null;
  readonly source: string;
}

export function symbolOnWire(market: Market, symbol: string): SymbolOnWire {
  const { name, assetClass, currency, hours, tickSize, lotSize } = market.instrument(symbol);
  const last = market.lastPrice(symbol);
  return {
    symbol, name, asset_class: assetClass, currency, hours, tick_size: tickSize, lot_size: lotSize,
    interval: market.interval(symbol), intervals: market.intervals(symbol),
    price: last?.price ?? null, change_pct: last?.change_pct ?? null, source: market.source,
  };
}

/** An item of `GET /api/market/candles`. */
export const candleOnWire = ({ time, open, high, low, close, volume }: Candle) => ({ time: iso(time), open, high, low, close, volume });

/** The same with `time` and, where it has one, `confirmed_at` as ISO-8601. */
export function timedOnWire<Item extends { readonly time: number; readonly confirmed_at?: number }>(item: Item): object {
  const { time, confirmed_at } = item;
  return { ...item, time: iso(time), ...(confirmed_at === undefined ? {} : { confirmed_at: iso(confirmed_at) }) };
}

/** The body of `GET /api/market/structure`. */
export interface StructureOnWire {
  readonly symbol: string;
  readonly interval: Interval;
  readonly trend: StructureState['trend'];
  readonly range: StructureState['range'];
  readonly killzone: StructureState['killzone'];
  readonly last_swing_high: object | null;
  readonly last_swing_low: object | null;
  /** Events, oldest first. */
  readonly items: readonly object[];
  readonly open_zones: readonly object[];
  readonly next: null;
}

export function structureOnWire(symbol: string, interval: Interval, state: StructureState | null): StructureOnWire {
  return {
    symbol, interval,
    trend: state?.trend ?? null,
    range: state?.range ?? null,
    killzone: state?.killzone ?? null,
    last_swing_high: state?.last_swing_high ? timedOnWire(state.last_swing_high) : null,
    last_swing_low: state?.last_swing_low ? timedOnWire(state.last_swing_low) : null,
    items: (state?.events ?? []).map(timedOnWire),
    open_zones: (state?.open_zones ?? []).map(timedOnWire),
    next: null,
  };
}
