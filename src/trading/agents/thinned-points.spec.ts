import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import { roomNode } from '../../../test/support/room-node.js';
import { decimal } from '../../model/decimal.js';
import type { AgentPerformance } from '../../model/wire/trading.js';
import { EquityPoints } from '../portfolio/equity-points.js';
import { EquityThinning } from '../portfolio/equity-thinning.js';
import type { AccountView } from '../trading.js';
import { AgentStatistics } from './agent-statistics.js';
import { equityOnWire } from './agent-views.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const BEGIN = Date.UTC(2026, 0, 1);

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('points of equity that are thinned, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let points: EquityPoints;
  beforeEach(async () => {
    db = await fresh();
    points = new EquityPoints({ db: db.kysely, writer: roomNode(db).writer, trading: new MemoryTrading(), onError: (error) => { throw error; } });
  });
  afterEach(async () => { await db.drop(); });

  async function account(accountId: string, equity: readonly (readonly [at: number, equity: number])[]): Promise<void> {
    await db.kysely.insertInto('accounts').values({ account_id: accountId, broker: 'paper', mode: 'spot', currency: 'USD', wallet: '0', initial: '10000', peak_equity: '0', day: '', day_start_equity: '0', settled_until: 0 }).execute();
    for (let at = 0; at < equity.length; at += 500) {
      await db.kysely.insertInto('equity_points').values(equity.slice(at, at + 500).map(([time, each]) => ({ account_id: accountId, at: time, equity: String(each), available: '0', unrealised: '0' }))).execute();
    }
  }
  async function thin(thinning: EquityThinning): Promise<number> {
    let rows = 0;
    for await (const changed of thinning.sweep()) rows += changed;
    return rows;
  }
  const of = async (accountId: string) => (await points.latest(accountId, 50_000)).map(({ at, equity }) => [at - BEGIN, equity] as const);
  const performance = (accountId: string, hourlyDays: number): Promise<AgentPerformance> =>
    new AgentStatistics(db.kysely, points, hourlyDays).performance({ accountId, initial: decimal(10_000), totals: { equity: decimal(10_000) } } as AccountView);

  test('of an hour the last, highest and lowest are left, of a day after longer; the rest stays', async () => {
    await account('a', [
      [BEGIN, 5], [BEGIN + MINUTE, 9], [BEGIN + 2 * MINUTE, 1], [BEGIN + 3 * MINUTE, 4], [BEGIN + 4 * MINUTE, 6],
      [BEGIN + HOUR, 7], [BEGIN + HOUR + 1, 7], [BEGIN + HOUR + 2, 7],
      [BEGIN + 3 * DAY, 7], [BEGIN + 3 * DAY + 1, 8], [BEGIN + 3 * DAY + 2, 8.5], [BEGIN + 3 * DAY + 3, 8],
      [BEGIN + 5 * DAY, 3], [BEGIN + 5 * DAY + 1, 3], [BEGIN + 5 * DAY + 2, 3],
    ]);
    await account('empty', []);
    const thinning = new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 4 });
    expect(await thin(thinning)).toBe(5 + 1);
    const [first, second, third] = [[MINUTE, 9], [2 * MINUTE, 1], [HOUR + 2, 7]] as const;
    expect(await of('a')).toEqual([first, second, third, [3 * DAY, 7], [3 * DAY + 2, 8.5], [3 * DAY + 3, 8], [5 * DAY, 3], [5 * DAY + 1, 3], [5 * DAY + 2, 3]]);
    expect(await thin(thinning)).toBe(0);
    expect(await thin(new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 4 }))).toBe(0);
  });

  test('a point a minute over days: figures are the same, the curve goes through recorded points in their order', async () => {
    const worth = (at: number): number => Math.round((10_000 + 800 * Math.sin(at / 700) + 150 * Math.sin(at / 7)) * 100) / 100;
    const all = Array.from({ length: 4 * 1440 }, (_, at) => [BEGIN + at * MINUTE, worth(at)] as const);
    await account('a', all);
    const before = await performance('a', 0);
    await thin(new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 0 }));
    const left = await of('a');
    expect(left.length).toBeLessThan(3 * 48 + 2 * 1440 + 1);
    expect(left.length).toBeGreaterThan(2 * 1440);
    expect(left.map(([at, equity]) => [BEGIN + at, equity])).toEqual(all.filter(([at]) => left.some(([each]) => BEGIN + each === at)));
    expect(await performance('a', 0)).toEqual(before);
    const drawn = (await points.latest('a', 500)).map(equityOnWire);
    expect(drawn.map(({ timestamp }) => Date.parse(timestamp as string))).toEqual(all.slice(-500).map(([at]) => at)); // the page's curve
  });

  test('what is thinned to days makes no hourly returns', async () => {
    const day = (nth: number, ...equity: number[]) => equity.map((each, at) => [BEGIN + nth * DAY + at * HOUR, each] as const);
    await account('a', [...day(0, 10_000, 9000, 11_000, 10_500), ...day(1, 10_000, 12_000, 8000, 10_000), ...day(4, 10_000, 10_100, 10_049.5, 10_250.49)]);
    const fresh = { sharpe_samples: 3, sharpe_ratio: expect.closeTo((0.00833333333 / 0.0125830574) * 93.5948717, 4) };
    const drawdown = (await performance('a', 0)).max_drawdown;
    await thin(new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 2 }));
    expect(await of('a')).toHaveLength(3 + 3 + 4);
    expect(await performance('a', 2)).toMatchObject({ ...fresh, max_drawdown: drawdown });
  });

  test('an hour of more points than a page has is thinned too', async () => {
    await account('a', [...Array.from({ length: 4500 }, (_, at) => [BEGIN + at, 100 + (at % 50)] as const), [BEGIN + 3 * DAY, 1]]);
    await thin(new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 0 }));
    expect(await of('a')).toEqual([[0, 100], [49, 149], [4499, 149], [3 * DAY, 1]]);
  });
});
