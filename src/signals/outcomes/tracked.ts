import type { Candle } from '../../model/candle.js';
import type { SituationsTable } from '../../storage/schema.js';
import { horizonReturn, touchOf, type Touch } from './outcome.js';

/** A row of `situations` that waits for its horizon. */
export type OpenRow = Pick<SituationsTable, (typeof OPEN_COLUMNS)[number]>;
export const OPEN_COLUMNS = [
  'signal_id', 'run_id', 'symbol', 'interval', 'source', 'as_of', 'candle_time', 'action', 'horizon_bars', 'target_price', 'stop_loss',
  'band', 'cost', 'stances', 'version', 'vector', 'touched', 'created_at',
] as const;

export interface Touched {
  readonly touch: Touch;
  /** From open[t+1] to the level. */
  readonly outcomeReturn: number;
  readonly at: number;
}

/** What came of a row at the end of its horizon; a null return: nobody can know. */
export interface End {
  readonly outcomeReturn: number | null;
  /** Market time. */
  readonly at: number;
}

/** One open row and the candles since its t, one after the other. */
export class Tracked {
  /** The first level that was hit, until it is stored. */
  touched: Touched | null = null;
  end: End | null = null;
  /** What it has to say is on its way to the database. */
  saying = false;
  /** Of the last candle counted; null: not at t yet. */
  private last: number | null = null;
  private bars = 0;
  private open = 0;
  private mayTouch: boolean;

  constructor(readonly row: OpenRow) {
    this.mayTouch = row.touched === null;
  }

  get started(): boolean {
    return this.last !== null;
  }

  /** The candle t has closed: the next one is t+1. */
  begin(): void {
    this.last ??= this.row.candle_time;
  }

  /** The next closed candle; one that was counted already changes nothing. */
  see(candle: Candle): void {
    const { row } = this;
    if (this.last === null || candle.time <= this.last || this.end) return;
    this.last = candle.time;
    this.bars += 1;
    if (this.bars === 1) this.open = candle.open;
    const touch = this.mayTouch ? touchOf({ action: row.action, target: row.target_price, stop: row.stop_loss }, candle) : null;
    if (touch) {
      this.mayTouch = false;
      this.touched = { touch, outcomeReturn: horizonReturn(this.open, touch.price), at: candle.knownAt };
    }
    if (this.bars === row.horizon_bars) this.end = { outcomeReturn: horizonReturn(this.open, candle.close), at: candle.knownAt };
  }

  /** Candles that it needs are gone for good. */
  lose(at: number): void {
    this.end ??= { outcomeReturn: null, at };
  }
}
