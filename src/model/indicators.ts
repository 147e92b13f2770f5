/** Values after one closed candle; null before warm-up. Names and definitions as in `GET /api/market/indicators`. */
export interface IndicatorValues {
  readonly time: number;
  readonly sma20: number | null;
  readonly sma50: number | null;
  readonly ema12: number | null;
  readonly ema26: number | null;
  readonly rsi14: number | null;
  readonly macd: number | null;
  readonly macd_signal: number | null;
  readonly macd_hist: number | null;
  readonly bb_upper: number | null;
  readonly bb_middle: number | null;
  readonly bb_lower: number | null;
  readonly atr14: number | null;
  readonly adx14: number | null;
  readonly obv: number | null;
  readonly mfi14: number | null;
  readonly vwap: number | null;
  /** Beyond the wire's list, for the rules. */
  readonly plus_di14: number | null;
  readonly minus_di14: number | null;
  /** EMA(20) of OBV. */
  readonly obv_ema20: number | null;
  /** Highest high and lowest low of the 20 candles before this one. */
  readonly donchian_upper20: number | null;
  readonly donchian_lower20: number | null;
  /** Ichimoku 9/26/52, the spans as they stand under this candle (drawn 26 bars ago). */
  readonly tenkan: number | null;
  readonly kijun: number | null;
  readonly senkou_a: number | null;
  readonly senkou_b: number | null;
  /** Sum of log returns over 60 bars divided by their standard deviation times √60. */
  readonly momentum60: number | null;
  /** Standard deviation of the close's distance to VWAP, over 20 bars, in price units. */
  readonly vwap_deviation: number | null;
  /** ATR(14) over its own mean of 100 bars: 1 is normal. */
  readonly atr_ratio: number | null;
}
