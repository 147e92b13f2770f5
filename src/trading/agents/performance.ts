import { decimal, ZERO, type Decimal } from '../../model/decimal.js';
import type { AgentPerformance } from '../../model/wire/trading.js';
import type { ClosedTrade } from '../portfolio/book.js';

/** Equity at a market time. */
export interface EquityAt {
  readonly at: number;
  readonly equity: number;
}

interface Past {
  readonly initial: Decimal;
  readonly equity: Decimal;
  /** In the order of their ends. */
  readonly trades: readonly Pick<ClosedTrade, 'pnl'>[];
  /** Oldest first. */
  readonly points: readonly EquityAt[];
  /** Market time before which hours are missing because points were thinned to days: no hourly returns are made of those. */
  readonly hourlyFrom?: number;
}

const HOUR = 3_600_000;
const HOURS_A_YEAR = 8760;

export function performanceOf({ initial, equity, trades, points, hourlyFrom = -Infinity }: Past): AgentPerformance {
  const wins = trades.filter(({ pnl }) => pnl.gt(0));
  const losses = trades.filter(({ pnl }) => pnl.lt(0));
  const [profit, loss, pnl] = [sumOf(wins), sumOf(losses), equity.minus(initial)];
  const returns = hourlyReturns(points.filter(({ at }) => at >= hourlyFrom));
  return {
    total_pnl: pnl.toNumber(),
    return_pct: initial.gt(0) ? pnl.div(initial).times(100).toNumber() : null,
    realized_pnl: sumOf(trades).toNumber(),
    total_trades: trades.length, winning_trades: wins.length, losing_trades: losses.length,
    win_rate: trades.length > 0 ? wins.length / trades.length : null,
    profit_factor: loss.isZero() ? null : profit.div(loss.neg()).toNumber(),
    average_win: meanOf(profit, wins.length), average_loss: meanOf(loss, losses.length),
    sharpe_ratio: sharpe(returns), sharpe_samples: returns.length,
    max_drawdown: maxDrawdown([...points.map((point) => point.equity), equity.toNumber()], initial.toNumber()),
    ...streaks(trades),
  };
}

const sumOf = (trades: Past['trades']): Decimal => trades.reduce((sum, { pnl }) => sum.plus(pnl), ZERO);
const meanOf = (sum: Decimal, count: number): number | null => (count > 0 ? sum.div(decimal(count)).toNumber() : null);

/** From the last point of an hour to that of the next hour that has one. An account without money has no return. */
function hourlyReturns(points: readonly EquityAt[]): readonly number[] {
  const closes = new Map<number, number>();
  for (const { at, equity } of points) closes.set(Math.floor(at / HOUR), equity);
  const equities = [...closes.values()];
  return equities.slice(1).flatMap((equity, at) => (equities[at]! > 0 ? [equity / equities[at]! - 1] : []));
}

function sharpe(returns: readonly number[]): number | null {
  if (returns.length < 2) return null;
  const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (returns.length - 1));
  return deviation > 1e-12 ? (mean / deviation) * Math.sqrt(HOURS_A_YEAR) : null;
}

function maxDrawdown(equities: readonly number[], initial: number): number {
  let [peak, worst] = [initial, 0];
  for (const equity of equities) {
    peak = Math.max(peak, equity);
    if (peak > 0) worst = Math.max(worst, 1 - equity / peak);
  }
  return worst;
}

/** A trade that neither won nor lost ends a streak. */
function streaks(trades: Past['trades']): Pick<AgentPerformance, 'current_streak' | 'longest_winning_streak' | 'longest_losing_streak'> {
  let [current, most, least] = [0, 0, 0];
  for (const { pnl } of trades) {
    const way = Math.sign(pnl.toNumber());
    current = way !== 0 && Math.sign(current) === way ? current + way : way;
    [most, least] = [Math.max(most, current), Math.min(least, current)];
  }
  return { current_streak: current, longest_winning_streak: most, longest_losing_streak: Math.abs(least) };
}
