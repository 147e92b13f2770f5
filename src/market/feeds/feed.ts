import type { Candle, Tick } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { ConfiguredInstrument } from '../../config/config.js';

export interface FeedSink {
  tick(tick: Tick): void;
  /** A closed candle of a feed that has candles only. Resolves once its runs are stored; the feed waits for that. */
  candle(symbol: string, interval: Interval, candle: Candle): Promise<void>;
  /** The feed has ended by itself (a replayed file without a loop). */
  ended(): void;
}

/** Where prices come from. */
export abstract class Feed {
  /** On the wire as `source`: `simulated`, `replay`, … */
  abstract readonly name: string;
  abstract readonly instruments: readonly ConfiguredInstrument[];
  /** The one interval that a symbol has, or null where candles are built from ticks. */
  abstract ownInterval(symbol: string): Interval | null;
  /** Market time now, epoch milliseconds. */
  abstract now(): number;
  /** Closed candles known at `before`, oldest first; empty where the feed has no past. */
  abstract history(symbol: string, interval: Interval, limit: number, before: number): Promise<readonly Candle[]>;
  /** Begins to say ticks or candles. Throws where there is nothing to begin with. */
  abstract start(sink: FeedSink): Promise<void>;
  abstract stop(): Promise<void>;
}
