// A strategy of one's own: goes long where a candle closes above the highest high of the candles before it, with a target and
// a stop in multiples of the mean range. Copy it, and name the copy in config/agents.yaml:
//   strategies:
//     - {id: breakout, strategy: ./examples/breakout-strategy.js, account: main, symbols: [AAPL], parameters: {candles: 20}}
// The same class runs live, on a replayed file and in a backtest, so it follows from what it is told and from nothing else:
// no clock, no randomness, no I/O, no promise. What it throws ends it, and a system_alert says so.

/** @typedef {import('../src/trading/strategies/strategy.js').Strategy} Strategy */

/** @implements {Strategy} */
export default class Breakout {
  static parameters = {
    candles: { default: 20, least: 2, most: 200, whole: true },
    stop_ranges: { default: 2, least: 0.1, most: 20 },
    target_ranges: { default: 4, least: 0.1, most: 50 },
  };

  /** Past candles that it is told again after a start. */
  static warmUp({ candles }) {
    return candles + 1;
  }

  constructor(parameters) {
    this.of = parameters;
    this.past = new Map(); // one instance sees all its symbols
    this.above = new Map();
  }

  onCandle(candle, { symbol }) {
    const past = this.past.get(symbol) ?? [];
    this.past.set(symbol, [...past, candle].slice(-this.of.candles));
    if (past.length < this.of.candles) return [];
    const highest = Math.max(...past.map(({ high }) => high));
    const range = past.reduce((sum, { high, low }) => sum + high - low, 0) / past.length;
    const was = this.above.get(symbol);
    this.above.set(symbol, candle.close > highest);
    // only where it begins to be above, and not where it was when first looked at
    if (was !== false || candle.close <= highest) return [];
    return [{
      want: { kind: 'target', direction: 1 }, // size: as config/risk.yaml sizes
      exits: { target: candle.close + this.of.target_ranges * range, stop: Math.max(candle.close - this.of.stop_ranges * range, candle.close / 10) },
      reason: `The close ${candle.close} is above ${highest}, the highest of ${this.of.candles} candles.`,
    }];
  }
}
