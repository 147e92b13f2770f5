/** True of the name of a feed whose prices are made up, also where they come by way of another server. */
export const isSimulated = (source: unknown): boolean => source === 'simulated' || (typeof source === 'string' && source.endsWith(':simulated'));

/** `price_update`'s data: the last price of a symbol. */
export interface PriceUpdate {
  readonly symbol: string;
  readonly price: number;
  /** Traded since the update before, in base units. */
  readonly volume: number;
  readonly change_pct: number | null;
  /** The feed's name; `simulated` is never hidden (`isSimulated`). */
  readonly source: string;
  /** Market time, ISO-8601. */
  readonly timestamp: string;
}
