import { decimal, floorTo, ZERO, type Decimal } from '../../../model/decimal.js';

const MINUTE = 60_000;

/** What an account may still fill of a symbol's volume; null: without a bound. */
export class VolumeBudget {
  #left: Decimal | null;
  #used = ZERO;

  constructor(left: Decimal | null) {
    this.#left = left;
  }

  get used(): Decimal {
    return this.#used;
  }

  /** All of what is wanted, or as many lots as are left. */
  of(wanted: Decimal, lot: number): Decimal {
    return this.#left === null || wanted.lte(this.#left) ? wanted : floorTo(this.#left, lot);
  }

  take(quantity: Decimal): void {
    this.#used = this.#used.plus(quantity);
    if (this.#left) this.#left = this.#left.minus(quantity);
  }
}

/**
 * Volume of ticks: a single one is too small to be a bound, so an account gets its share of what was traded in the last
 * minute of market time, less what it filled in that minute.
 */
class TradedVolume {
  #ticks: { readonly at: number; readonly volume: number }[] = [];
  #fills: { readonly at: number; readonly quantity: Decimal }[] = [];
  #full = 1024;

  traded(volume: number, at: number): void {
    this.#ticks.push({ at, volume });
    // dropped in bulk: what each tick costs stays the same, however many come in a minute
    if (this.#ticks.length < this.#full) return;
    this.#forget(at);
    this.#full = Math.max(1024, 2 * this.#ticks.length);
  }

  filled(quantity: Decimal, at: number): void {
    // of a feed of candles there is nothing to take it off, and nobody forgets it
    if (quantity.gt(0) && this.#ticks.length > 0) this.#fills.push({ at, quantity });
  }

  budget(participation: number, at: number): VolumeBudget {
    this.#forget(at);
    const traded = this.#ticks.reduce((sum, { volume }) => sum + volume, 0);
    const own = this.#fills.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
    const left = decimal(traded).times(participation).minus(own);
    return new VolumeBudget(left.gt(0) ? left : ZERO);
  }

  #forget(now: number): void {
    this.#ticks = this.#ticks.filter(({ at }) => at > now - MINUTE);
    this.#fills = this.#fills.filter(({ at }) => at > now - MINUTE);
  }
}

/** By symbol. */
export class TradedVolumes {
  readonly #bySymbol = new Map<string, TradedVolume>();

  of(symbol: string): TradedVolume {
    let traded = this.#bySymbol.get(symbol);
    if (!traded) this.#bySymbol.set(symbol, traded = new TradedVolume());
    return traded;
  }
}
