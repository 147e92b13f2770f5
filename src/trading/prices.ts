import type { PaperTerms } from '../config/config.js';
import type { Market } from '../market/market.js';
import { CodedError } from '../model/codes.js';
import { decimal, type Decimal } from '../model/decimal.js';

export interface Price {
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly last: Decimal;
  /** Market time, epoch milliseconds. */
  readonly at: number;
}

/** The market as trading sees it: the last price, and half the spread to each side. Feeds say no quotes. */
export class Prices {
  constructor(private readonly market: Pick<Market, 'instrument' | 'lastPrice' | 'lastTimeOf' | 'view' | 'now'>, private readonly halfSpread: PaperTerms['halfSpread']) {}

  now(): number {
    return this.market.now();
  }

  /** False of what is held from elsewhere, or from an earlier configuration. */
  knows(symbol: string): boolean {
    try {
      this.market.instrument(symbol);
      return true;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'UNKNOWN_SYMBOL') return false;
      throw error;
    }
  }

  /** null before the first, and of a symbol that is not known. */
  of(symbol: string): Price | null {
    if (!this.knows(symbol)) return null;
    const price = this.market.lastPrice(symbol)?.price;
    const at = this.market.lastTimeOf(symbol);
    if (price === undefined || at === null) return null;
    const last = decimal(price);
    const half = last.times(this.halfSpread[this.market.instrument(symbol).assetClass]);
    return { bid: last.minus(half), ask: last.plus(half), last, at };
  }

  /** Standard deviation of a day's log return, from the closed candles that analysts see; null before 30 of them. */
  dailyVolatility(symbol: string): number | null {
    const { candles, instrument } = this.market.view(symbol);
    if (candles.length < 30) return null;
    const returns = candles.slice(1).map(({ close }, at) => Math.log(close / candles[at]!.close));
    const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
    const variance = returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (returns.length - 1);
    const bar = (candles.at(-1)!.time - candles[0]!.time) / (candles.length - 1);
    const day = instrument.hours === 'always' ? 86_400_000 : Math.max(bar, 23_400_000);
    return Math.sqrt(variance * Math.max(1, day / bar));
  }
}
