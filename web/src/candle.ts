/** As `GET /api/market/candles` has it. */
export interface Candle {
  /** Opening, ISO-8601. */
  readonly time: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}
