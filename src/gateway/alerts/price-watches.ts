import type { Market } from '../../market/market.js';
import { EVERY_SYMBOL, type Alert } from './alert.js';
import { PriceWatch } from './price-watch.js';

/** The alerts on prices, by symbol; those on `*` are in the watch of each. */
export class PriceWatches {
  private readonly watches = new Map<string, PriceWatch>();
  private readonly everywhere = new Set<Alert>();
  private resumed: ReadonlyMap<string, number> = new Map();

  constructor(private readonly market: Pick<Market, 'instruments' | 'lastPrice'>) {}

  /** Before the first tick: alerts of an earlier process go on from the prices that they had seen. */
  resume(alerts: readonly Alert[], prices: ReadonlyMap<string, number>): void {
    this.resumed = prices;
    for (const alert of alerts) {
      if (alert.symbol === EVERY_SYMBOL) this.everywhere.add(alert);
    }
    for (const alert of alerts) {
      if (alert.symbol === EVERY_SYMBOL) continue;
      (this.watches.get(alert.symbol) ?? this.open(alert.symbol, prices.get(alert.symbol) ?? null)).add(alert);
    }
  }

  /** From the prices of now on; returns the symbols that it watches. */
  add(alert: Alert): readonly string[] {
    const symbols = alert.symbol === EVERY_SYMBOL ? this.market.instruments.map(({ symbol }) => symbol) : [alert.symbol];
    for (const symbol of symbols) {
      (this.watches.get(symbol) ?? this.open(symbol, this.market.lastPrice(symbol)?.price ?? null)).add(alert);
    }
    if (alert.symbol === EVERY_SYMBOL) this.everywhere.add(alert);
    return symbols;
  }

  remove(alert: Alert): void {
    this.everywhere.delete(alert);
    const symbols = alert.symbol === EVERY_SYMBOL ? [...this.watches.keys()] : [alert.symbol];
    for (const symbol of symbols) {
      const watch = this.watches.get(symbol);
      watch?.remove(alert);
      if (watch?.isEmpty) this.watches.delete(symbol);
    }
  }

  /** The alerts that fire; null where the price has passed no threshold. */
  see(symbol: string, price: number): readonly Alert[] | null {
    const watch = this.watches.get(symbol)
      ?? (this.everywhere.size > 0 ? this.open(symbol, this.resumed.get(symbol) ?? null) : null);
    return watch ? watch.see(price) : null;
  }

  price(symbol: string): number | null {
    return this.watches.get(symbol)?.price ?? null;
  }

  private open(symbol: string, last: number | null): PriceWatch {
    const watch = new PriceWatch(last);
    for (const alert of this.everywhere) watch.add(alert);
    this.watches.set(symbol, watch);
    return watch;
  }
}
