import type { Candle, Tick } from '../../model/candle.js';
import { INTERVALS, type Interval } from '../../model/interval.js';

/** What the feed's leader says at once: ticks, or a candle, or only where it stands. Between two of them no position is left out. */
export interface MarketBatch {
  /** The node that says it. */
  readonly by: string;
  readonly term: number;
  /** The feed's name, where it has come to say more than at the start. */
  readonly source?: string;
  /** Positions (`Feed.start`): everything behind `after`, up to and including `upTo`, is in here. */
  readonly after: number;
  readonly upTo: number;
  readonly ticks?: readonly (readonly [symbol: string, price: number, volume: number, time: number])[];
  readonly candle?: readonly [symbol: string, interval: Interval, candle: Candle];
  /** The feed has ended by itself. */
  readonly ended?: true;
  /** The leader goes, and has given the lease back. */
  readonly left?: true;
}

export const tickOf = ([symbol, price, volume, time]: NonNullable<MarketBatch['ticks']>[number]): Tick => ({ symbol, price, volume, time });

/** null where it is none. */
export function readBatch(text: string): MarketBatch | null {
  try {
    const batch = JSON.parse(text) as MarketBatch;
    const numbers = [batch.term, batch.after, batch.upTo].every(Number.isFinite);
    return numbers && (batch.candle === undefined || INTERVALS.includes(batch.candle[1])) ? batch : null;
  } catch {
    return null;
  }
}
