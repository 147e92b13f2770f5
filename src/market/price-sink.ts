import type { PriceUpdate } from '../model/price-update.js';

/** Where prices go: the rooms, which conflate them. */
export abstract class PriceSink {
  /** Called for every tick; must be cheap and not throw. */
  abstract price(update: PriceUpdate): void;
}
