import { describe, expect, it } from '@jest/globals';
import { decimal } from '../../model/decimal.js';
import type { AgentPerformance } from '../../model/wire/trading.js';
import { analyticsOf } from './analytics.js';
import { performanceOf, type EquityAt } from './performance.js';

const HOUR = 3_600_000;
const hourly = (...equities: readonly number[]): EquityAt[] => equities.map((equity, at) => ({ at: at * HOUR, equity }));
const of = (pnls: readonly (number | string)[], points: readonly EquityAt[] = [], equity = 10_000, initial = 10_000): AgentPerformance =>
  performanceOf({ initial: decimal(initial), equity: decimal(equity), points, trades: pnls.map((pnl) => ({ pnl: decimal(pnl) })) });

describe('performance, against figures reckoned by hand', () => {
  it('of trades: wins 120, 60, 30 and losses 50, 20 with one of nothing', () => {
    expect(of([120, -50, 0, 60, 30, -20], [], 10_155.5)).toMatchObject({
      total_pnl: 155.5, return_pct: 1.555, realized_pnl: 140, total_trades: 6, winning_trades: 3, losing_trades: 2,
      win_rate: 0.5, profit_factor: 3, average_win: 70, average_loss: -35,
      current_streak: -1, longest_winning_streak: 2, longest_losing_streak: 1,
    });
  });

  it('in decimals: a hundred trades of a tenth are ten', () => {
    expect(of(Array.from({ length: 100 }, () => '0.1'))).toMatchObject({ realized_pnl: 10, average_win: 0.1, current_streak: 100, longest_winning_streak: 100 });
  });

  it.each<[string, readonly number[], number, number, number]>([
    ['wins that go on', [-1, 1, 1, 1], 3, 3, 1], ['losses that go on', [1, 1, -1, -1, -1, -1], -4, 2, 4], ['a streak that nothing ended', [1, 1, 0], 0, 2, 0], ['none', [], 0, 0, 0],
  ])('streaks: %s', (_name, pnls, current, winning, losing) => {
    expect(of(pnls)).toMatchObject({ current_streak: current, longest_winning_streak: winning, longest_losing_streak: losing });
  });

  it('Sharpe: hourly returns 1 %, −0.5 %, 2 %', () => {
    // mean 0.0083333, deviations 0.0016667, −0.0133333, 0.0116667: variance (n−1) 1.583333e-4, deviation 0.01258306; × √8760 = 93.59487
    const { sharpe_ratio: sharpe, sharpe_samples: samples } = of([], hourly(10_000, 10_100, 10_049.5, 10_250.49));
    expect(sharpe).toBeCloseTo((0.00833333333 / 0.0125830574) * 93.5948717, 4);
    expect(samples).toBe(3);
  });

  it('Sharpe takes the last point of each hour, and hours without one are not made up', () => {
    const points = [{ at: 0, equity: 9000 }, { at: HOUR - 1, equity: 10_000 }, { at: HOUR, equity: 1 }, { at: 2 * HOUR - 1, equity: 10_100 }, { at: 9 * HOUR, equity: 10_049.5 }];
    const { sharpe_ratio: sharpe } = of([], hourly(10_000, 10_100, 10_049.5));
    expect(sharpe).not.toBeNull();
    expect(of([], points)).toMatchObject({ sharpe_ratio: sharpe, sharpe_samples: 2 });
  });

  it('drawdown: from the highest point before, the beginning and the present included', () => {
    expect(of([], hourly(12_000, 9000, 11_000, 10_500), 10_800).max_drawdown).toBeCloseTo(0.25);
    expect(of([], [], 9000).max_drawdown).toBeCloseTo(0.1);
    expect(of([], hourly(10_000, 10_500), 10_600).max_drawdown).toBe(0);
    expect(of([], [], -500).max_drawdown).toBeCloseTo(1.05);
  });

  it('is null where it is not defined, never NaN and never infinite', () => {
    const nothing = of([]);
    expect(nothing).toMatchObject({ win_rate: null, profit_factor: null, average_win: null, average_loss: null, sharpe_ratio: null, sharpe_samples: 0, total_pnl: 0, max_drawdown: 0 });
    expect(of([5])).toMatchObject({ profit_factor: null, average_loss: null, win_rate: 1 });
    expect(of([-5])).toMatchObject({ profit_factor: 0, average_win: null, win_rate: 0 });
    expect(of([], hourly(10_000, 10_000, 10_000)).sharpe_ratio).toBeNull();
    expect(of([], hourly(10_000, 10_100)).sharpe_ratio).toBeNull();
    expect(of([], hourly(0, 0, 10), 0, 0)).toMatchObject({ return_pct: null, sharpe_ratio: null });
    for (const figures of [nothing, of([5]), of([-5]), of([], hourly(0, 5, -5), 0, 0)]) {
      for (const figure of Object.values(figures)) expect(figure === null || Number.isFinite(figure)).toBe(true);
    }
  });
});

it('analytics: by symbol, hour and weekday of the opening, only where there are trades', () => {
  const trade = (symbol: string, pnl: number, openedAt: string) => ({ symbol, pnl: decimal(pnl), openedAt: Date.parse(openedAt) });
  expect(analyticsOf([
    trade('ETHUSDT', 10, '2026-01-05T09:10:00Z'), trade('BTCUSDT', -4, '2026-01-05T09:50:00Z'), trade('BTCUSDT', 8, '2026-01-04T23:59:59Z'),
  ])).toEqual({
    by_symbol: [{ symbol: 'BTCUSDT', trades: 2, win_rate: 0.5, total_pnl: 4, average_pnl: 2 }, { symbol: 'ETHUSDT', trades: 1, win_rate: 1, total_pnl: 10, average_pnl: 10 }],
    by_hour: [{ hour: 9, trades: 2, win_rate: 0.5, total_pnl: 6, average_pnl: 3 }, { hour: 23, trades: 1, win_rate: 1, total_pnl: 8, average_pnl: 8 }],
    by_weekday: [{ weekday: 1, name: 'Monday', trades: 2, win_rate: 0.5, total_pnl: 6, average_pnl: 3 }, { weekday: 7, name: 'Sunday', trades: 1, win_rate: 1, total_pnl: 8, average_pnl: 8 }],
  });
  expect(analyticsOf([])).toEqual({ by_symbol: [], by_hour: [], by_weekday: [] });
});
