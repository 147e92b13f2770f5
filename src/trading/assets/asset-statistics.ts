import type { AssetStatistics } from './asset-state.js';

const DAY_MS = 86_400_000;
const DAYS_A_YEAR = 365;

/** `pnl` of each closed trade, and the equity over time, oldest first. */
export function assetStatistics(pnl: readonly number[], equity: readonly { readonly at: number; readonly equity: number }[]): AssetStatistics {
  const [wins, losses] = [pnl.filter((each) => each > 0), pnl.filter((each) => each < 0)];
  return {
    winRate: pnl.length === 0 ? null : (100 * wins.length) / pnl.length,
    sharpe: sharpeOfDays(equity), drawdown: drawdownOf(equity.map((point) => point.equity)),
    trades: pnl.length, averageWin: mean(wins), averageLoss: mean(losses),
  };
}

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length);

function drawdownOf(equity: readonly number[]): number | null {
  if (equity.length === 0) return null;
  let [peak, worst] = [equity[0]!, 0];
  for (const each of equity) {
    peak = Math.max(peak, each);
    if (peak > 0) worst = Math.max(worst, (peak - each) / peak);
  }
  return 100 * worst;
}

/** Of daily returns, UTC, over a year of 365 days; null under two of them, or where they do not differ. */
function sharpeOfDays(points: readonly { readonly at: number; readonly equity: number }[]): number | null {
  const lastOfDay = new Map(points.map(({ at, equity }) => [Math.floor(at / DAY_MS), equity]));
  const equity = [...lastOfDay.values()];
  const returns = equity.slice(1).flatMap((each, before) => (equity[before]! > 0 ? [each / equity[before]! - 1] : []));
  const average = mean(returns);
  if (average === null || returns.length < 2) return null;
  const deviation = Math.sqrt(returns.reduce((sum, each) => sum + (each - average) ** 2, 0) / (returns.length - 1));
  return deviation > 1e-12 ? (average / deviation) * Math.sqrt(DAYS_A_YEAR) : null;
}
