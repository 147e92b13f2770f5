import type { Candle } from '../model/candle.js';
import type { Interval } from '../model/interval.js';
import type { PriceUpdate } from '../model/price-update.js';
import type { MarketEvents } from './market-events.js';

/** Passes the market's events on to those who come into being after it. */
export class MarketRelay implements MarketEvents {
  private readonly listeners: Partial<MarketEvents>[] = [];

  constructor(private readonly onError: (error: unknown) => void) {}

  add(listener: Partial<MarketEvents>): void {
    this.listeners.push(listener);
  }

  price(update: PriceUpdate, at: number): void {
    for (const listener of this.listeners) listener.price?.(update, at);
  }

  async closed(symbol: string, interval: Interval, candle: Candle): Promise<void> {
    for (const listener of this.listeners) await listener.closed?.(symbol, interval, candle);
  }

  ended(): void {
    for (const listener of this.listeners) listener.ended?.();
  }

  error(error: unknown): void {
    this.onError(error);
  }
}
