import { IndicatorSet } from '../indicators/indicator-set.js';
import { StructureTracker } from '../indicators/structure/structure-tracker.js';
import type { Candle } from '../model/candle.js';
import type { IndicatorValues } from '../model/indicators.js';
import type { Instrument } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';
import type { StructureState } from '../model/structure.js';
import { CandleRing } from './candle-ring.js';

/** Closed candles that a view shows. */
const WINDOW = 200;
const KEPT_VALUES = 500;

/** The closed candles of one symbol and interval, with indicators and structure: updated once per candle, shared by all. */
export class Series {
  readonly candles: CandleRing<Candle>;
  readonly values = new CandleRing<IndicatorValues>(KEPT_VALUES);
  readonly #indicators: IndicatorSet;
  readonly #tracker: StructureTracker;
  #indicatorsNow: IndicatorValues | null = null;
  #previous: IndicatorValues | null = null;
  #structure: StructureState | null = null;
  #window: readonly Candle[] | null = null;

  constructor(readonly interval: Interval, hours: Instrument['hours'], keep: number) {
    this.candles = new CandleRing(Math.max(keep, WINDOW));
    this.#indicators = new IndicatorSet(interval, hours);
    this.#tracker = new StructureTracker(interval);
  }

  /** False, and nothing happens, where the candle is not later than the last one. */
  close(candle: Candle): boolean {
    const { last } = this.candles;
    if (last && candle.time <= last.time) return false;
    this.candles.push(Object.freeze(candle));
    this.#previous = this.#indicatorsNow;
    this.#indicatorsNow = this.#indicators.update(candle);
    this.values.push(this.#indicatorsNow);
    this.#structure = this.#tracker.update(candle);
    this.#window = null;
    return true;
  }

  /** At most 200, oldest first; the same frozen array until the next candle closes. */
  get window(): readonly Candle[] {
    this.#window ??= Object.freeze(this.candles.latest(WINDOW));
    return this.#window;
  }

  /** After the last candle; null before the first. */
  get indicators(): IndicatorValues | null {
    return this.#indicatorsNow;
  }

  /** After the candle before the last. */
  get previous(): IndicatorValues | null {
    return this.#previous;
  }

  get structure(): StructureState | null {
    return this.#structure;
  }
}
