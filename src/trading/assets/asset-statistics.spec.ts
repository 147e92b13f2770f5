import { describe, expect, test } from '@jest/globals';
import { assetStatistics } from './asset-statistics.js';

const DAY = 86_400_000;
const daily = (...equity: readonly number[]) => equity.map((each, at) => ({ at: at * DAY, equity: each }));

describe('statistics of an asset', () => {
  test('of nothing there are none', () => {
    expect(assetStatistics([], [])).toEqual({ winRate: null, sharpe: null, drawdown: null, trades: 0, averageWin: null, averageLoss: null });
  });

  test('a trade without gain is no win and no loss', () => {
    expect(assetStatistics([30, -10, 0, 10], [])).toMatchObject({ winRate: 50, trades: 4, averageWin: 20, averageLoss: -10 });
  });

  test('the drawdown is from the highest so far, not from the first', () => {
    expect(assetStatistics([], daily(100, 120, 90, 110, 88, 130)).drawdown).toBeCloseTo(100 * (32 / 120), 10);
  });

  test('Sharpe is of daily returns, the last equity of each day', () => {
    const within = [{ at: 0, equity: 50 }, { at: 1000, equity: 100 }, { at: DAY, equity: 101 }, { at: 2 * DAY, equity: 100.495 }, { at: 3 * DAY, equity: 102.5049 }];
    // returns 1 %, −0.5 %, 2 %: mean 1/120, deviation 0.0125830573921
    expect(assetStatistics([], within).sharpe).toBeCloseTo((0.025 / 3 / 0.012583057392117) * Math.sqrt(365), 6);
    expect(assetStatistics([], daily(100, 101)).sharpe).toBeNull();
    expect(assetStatistics([], daily(100, 100, 100)).sharpe).toBeNull();
  });
});
