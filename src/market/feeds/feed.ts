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

/** How the line to an outside source is. */
export interface FeedLine {
  readonly connected: boolean;
  /** Since the start: what could not be read, and ticks of symbols that are not listed. */
  readonly badFrames: number;
  readonly unknownSymbols: number;
}

/** Where prices come from. */
export abstract class Feed {
  /** On the wire as `source`: `simulated`, `replay`, `ws:feed.example.com`. It may come to say more with a tick. */
  abstract readonly name: string;
  abstract readonly instruments: readonly ConfiguredInstrument[];
  /** Finds out what must be known before `ownInterval` and `history`. Throws where there is nothing to begin with. */
  async prepare(): Promise<void> {}
  /** The one interval that a symbol has, or null where candles are built from ticks. Known after `prepare`. */
  abstract ownInterval(symbol: string): Interval | null;
  /** null: there is none, or another node has it. */
  line(): FeedLine | null {
    return null;
  }
  /** Market time now, epoch milliseconds. */
  abstract now(): number;
  /** Closed candles known at `before`, oldest first; empty where the feed has no past. */
  abstract history(symbol: string, interval: Interval, limit: number, before: number): Promise<readonly Candle[]>;
  /** The candle under way at `at`, of all ticks up to and including `at`; null where the feed can't tell. */
  async openCandle(_symbol: string, _interval: Interval, _at: number): Promise<Candle | null> {
    return null;
  }
  /**
   * Begins to say ticks or candles. Throws where there is nothing to begin with.
   * `from`: a feed that knows its past first says what lies behind this position, so that nothing is missing. A position
   * is market time where a feed ticks, else the number of candles said; it means the same on every node.
   */
  abstract start(sink: FeedSink, from?: number): Promise<void>;
  /** It may be started again. */
  abstract stop(): Promise<void>;
  /**
   * Says what lies behind the position `after`, up to and including `upTo`, as `start` would have, without waiting for
   * its time. False, and nothing is said, where the feed does not know its past.
   */
  async again(_sink: FeedSink, _after: number, _upTo: number): Promise<boolean> {
    return false;
  }
}
