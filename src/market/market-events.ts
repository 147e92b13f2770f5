import type { Candle } from '../model/candle.js';
import type { Interval } from '../model/interval.js';
import type { PriceUpdate } from '../model/price-update.js';

/** What happens in the market, as it happens. What is thrown here is reported and stops nothing. */
export interface MarketEvents {
  /** The last price changed or was said again; `at` is its market time in milliseconds. */
  price(update: PriceUpdate, at: number): void;
  /** A candle that analysts see has closed, and the view has it. A replayed file waits for the promise. */
  closed(symbol: string, interval: Interval, candle: Candle): void | Promise<void>;
  /** The feed has ended by itself; what is known stays. */
  ended(): void;
  /** Something here or in an event's handler failed. */
  error(error: unknown): void;
}
