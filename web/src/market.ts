import { queryOptions } from '@tanstack/react-query';
import { all, get, type Page } from './api.js';
import type { Candle } from './candle.js';

export interface SymbolInfo {
  readonly symbol: string;
  readonly name: string;
  readonly asset_class: string;
  readonly currency: string;
  readonly hours: string;
  readonly tick_size: number;
  readonly lot_size: number;
  /** What analysts see. */
  readonly interval: string;
  readonly intervals: readonly string[];
  readonly price: number | null;
  readonly change_pct: number | null;
  readonly source: string;
}

type Direction = 'bullish' | 'bearish';
interface Zone {
  readonly kind: 'fair_value_gap' | 'order_block';
  readonly direction: Direction;
  readonly low: number;
  readonly high: number;
  readonly time: string;
}
export interface StructureEvent {
  readonly kind: string;
  readonly direction: Direction;
  readonly time: string;
  readonly confirmed_at: string;
  readonly price?: number;
}
export interface Structure {
  readonly trend: Direction | null;
  readonly items: readonly StructureEvent[];
  readonly open_zones: readonly Zone[];
}

const MINUTE = 60_000;
const LENGTHS: Readonly<Record<string, number>> = { '1m': MINUTE, '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': 60 * MINUTE, '4h': 240 * MINUTE, '1d': 1440 * MINUTE };

/** In milliseconds. */
export const intervalMs = (interval: string): number => LENGTHS[interval] ?? MINUTE;

/** All that the feed knows; their prices are of the moment of asking. */
export const symbolsQuery = queryOptions({
  queryKey: ['symbols'],
  staleTime: Infinity, // until the server starts anew
  queryFn: ({ signal }) => all<SymbolInfo>('/api/symbols', signal),
});

interface CandlesAsked {
  readonly symbol: string;
  readonly interval: string;
  readonly limit: number;
  /** Only candles that opened before; null: the newest. */
  readonly before?: string | null;
}

/** Closed candles, oldest first. @throws ApiError */
export const closedCandles = (asked: CandlesAsked, signal?: AbortSignal): Promise<Page<Candle>> => get('/api/market/candles', { ...asked }, signal);

/** The newest closed candles, oldest first. */
export const candlesQuery = (symbol: string, interval: string, limit: number) => queryOptions({
  queryKey: ['candles', symbol, interval, limit],
  meta: { unlogged: true },
  queryFn: async ({ signal }) => (await closedCandles({ symbol, interval, limit }, signal)).items,
});
