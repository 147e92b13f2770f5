import type { HeardEvent, RunnerGroup } from './heard.js';

export type Row = Readonly<Record<string, unknown>>;
export type HeldSide = 'LONG' | 'SHORT';

/** An open position of the group's account in the symbol. */
export interface Held {
  readonly side: HeldSide;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly markPrice: number;
  /** Percent of what it binds, signed. */
  readonly pnlPercentage: number;
}

export interface Account {
  /** `spot` cannot be short. */
  readonly mode: string;
  readonly state: string;
  readonly equity: number;
  readonly available: number;
  /** Of all its positions, by their marks, long and short added up. */
  readonly exposure: number;
}

export interface Headline {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly source: string;
  readonly publishedAt: number;
}

/** A consensus signal of the server's own panel. */
export interface PanelSignal {
  readonly action: string;
  readonly confidence: number;
  readonly validUntil: number;
}

/** All that members and leader look at. What could not be had is null, and `missing` says why. */
export interface Situation {
  readonly group: RunnerGroup;
  readonly event: HeardEvent;
  readonly symbol: string;
  readonly interval: string;
  readonly tickSize: number;
  readonly price: number | null;
  /** Market time, epoch milliseconds. */
  readonly asOf: number;
  /** Closed, oldest first: as `/api/market/candles`. */
  readonly candles: readonly Row[];
  /** After the last closed candles, oldest first: as `/api/market/indicators`. */
  readonly indicators: readonly Row[];
  readonly structure: Row | null;
  readonly signal: PanelSignal | null;
  readonly news: readonly Headline[] | null;
  readonly account: Account | null;
  /** null: not known. */
  readonly held: readonly Held[] | null;
  /** Orders of the group in the symbol that are still under way. */
  readonly openOrders: number;
  readonly missing: readonly string[];
}

/** A value of the last indicator row; null before its warm-up. */
export function indicator({ indicators }: Pick<Situation, 'indicators'>, name: string): number | null {
  const value = indicators.at(-1)?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
