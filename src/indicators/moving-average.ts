/** Recursive average whose first value is the plain mean of the first `period` inputs; null before. */
class SeededAverage {
  private value: number | null = null;
  private sum = 0;
  private count = 0;

  constructor(private readonly period: number, private readonly weight: number) {}

  update(input: number): number | null {
    if (this.value !== null) return (this.value += (input - this.value) * this.weight);
    this.sum += input;
    this.count += 1;
    if (this.count === this.period) this.value = this.sum / this.period;
    return this.value;
  }
}

/**
 * Exponential average, weight 2 / (period + 1), seeded with the simple average as in TA-Lib, TradingView and StockCharts.
 * Ours because `trading-signals` seeds with the first price, which shows in an EMA(26) at 1e-6 for 140 bars.
 */
export class Ema extends SeededAverage {
  constructor(period: number) {
    super(period, 2 / (period + 1));
  }
}

/** Wilder's smoothing, weight 1 / period: J. W. Wilder, "New Concepts in Technical Trading Systems" (1978). */
export class WilderAverage extends SeededAverage {
  constructor(period: number) {
    super(period, 1 / period);
  }
}
