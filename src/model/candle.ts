/** One bar. Times in epoch milliseconds, volume in base units. */
export interface Candle {
  /** Opening, and the candle's name on the wire; of a daily session bar the file's date at 00:00Z. */
  readonly time: number;
  /** From when on the candle is known: its interval's end, or the session's close. */
  readonly knownAt: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** One trade or quote as a feed reports it. `time` is the feed's, in epoch milliseconds. */
export interface Tick {
  readonly symbol: string;
  readonly price: number;
  /** Traded since the last tick, in base units. */
  readonly volume: number;
  readonly time: number;
}
