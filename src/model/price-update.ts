/** `price_update`'s data: the last price of a symbol. */
export interface PriceUpdate {
  readonly symbol: string;
  readonly price: number;
  /** Traded since the update before, in base units. */
  readonly volume: number;
  readonly change_pct: number | null;
  /** The feed's name; `simulated` is never hidden. */
  readonly source: string;
  /** Market time, ISO-8601. */
  readonly timestamp: string;
}
