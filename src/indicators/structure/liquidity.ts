import type { Candle } from '../../model/candle.js';
import type { Direction, Swing, Sweep } from '../../model/structure.js';

interface Pool {
  /** The outermost of its swings: where the stops lie. */
  level: number;
  swings: number;
}

const MAX_POOLS = 16;

/**
 * Resting liquidity on one side: swings not yet taken, joined where they are equal (no further apart than the tolerance).
 * A sweep (ICT: liquidity grab, stop hunt) is a candle whose wick passes the outermost of two or more equal swings and
 * whose close is back inside; several pools swept by one candle are one sweep, at the outermost. A pool that was swept or
 * closed beyond is gone; so is a single swing that was passed by more than the tolerance. The 16 newest pools are kept.
 */
export class Liquidity {
  private readonly pools: Pool[] = [];
  private readonly sign: 1 | -1;

  /** bullish: equal lows, whose sweep speaks for a rise; bearish: equal highs. */
  constructor(private readonly direction: Direction) {
    this.sign = direction === 'bearish' ? 1 : -1;
  }

  add({ price }: Swing, tolerance: number): void {
    const pool = this.pools.find(({ level }) => Math.abs(price - level) <= tolerance);
    if (pool === undefined) {
      if (this.pools.length === MAX_POOLS) this.pools.shift();
      this.pools.push({ level: price, swings: 1 });
      return;
    }
    pool.swings += 1;
    pool.level = this.sign > 0 ? Math.max(pool.level, price) : Math.min(pool.level, price);
  }

  update(candle: Candle, tolerance: number): Sweep | null {
    const { sign, pools } = this;
    const reach = sign > 0 ? candle.high : candle.low;
    let swept: Pool | null = null;
    let kept = 0;
    for (const pool of pools) {
      const passed = (reach - pool.level) * sign;
      if (passed <= (pool.swings > 1 ? 0 : tolerance)) {
        pools[kept++] = pool;
        continue;
      }
      if (pool.swings < 2 || (candle.close - pool.level) * sign >= 0) continue;
      if (swept === null || (pool.level - swept.level) * sign > 0) swept = pool;
    }
    while (pools.length > kept) pools.pop();
    if (swept === null) return null;
    const { time, knownAt: confirmed_at } = candle;
    const { level: price, swings } = swept;
    return Object.freeze({ kind: 'liquidity_sweep', time, confirmed_at, direction: this.direction, price, swings });
  }
}
