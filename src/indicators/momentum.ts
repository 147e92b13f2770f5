import { RollingWindow } from './rolling-window.js';

const LIMIT = 100;

/**
 * Time-series momentum in units of its own noise: the sum of the last `bars` log returns over their population deviation
 * times √bars (after Moskowitz, Ooi and Pedersen, 2012). Null until `bars` returns are there.
 * 0 where the price did not move; cut to ±100 where all returns are nearly equal. A return from or to a price ≤ 0 counts as 0.
 */
export class Momentum {
  private previous: number | null = null;
  private readonly returns: RollingWindow;
  private readonly root: number;

  constructor(bars: number) {
    this.returns = new RollingWindow(bars);
    this.root = Math.sqrt(bars);
  }

  update(close: number): number | null {
    if (this.previous !== null) this.returns.push(close > 0 && this.previous > 0 ? Math.log(close / this.previous) : 0);
    this.previous = close;
    const deviation = this.returns.deviation();
    if (deviation === null) return null;
    const sum = this.returns.sum();
    if (sum === 0) return 0;
    return Math.max(-LIMIT, Math.min(LIMIT, sum / (deviation * this.root)));
  }
}
