import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from '../support/seeded.js';
import { BudgetBook } from '../../src/journal/budget-book.js';
import { isOverBudget, NANO, type OverBudget, type Reservation } from '../../src/journal/budget.js';
import { SqlBudget } from '../../src/journal/budget.sql.js';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import type { FreshDatabase } from '../support/databases.js';

const NEW_YEAR = Date.UTC(2026, 0, 1);

/** What every database must do alike; `nodes` of them spend from one budget, each on a connection of its own where the database has several. */
export function budgetContract(name: string, nodes: number, fresh: () => Promise<FreshDatabase>): void {
  describe(`budgets on ${name}`, () => {
    let db: FreshDatabase;
    let databases: readonly Database[];
    let now = NEW_YEAR;
    const faults: Error[] = [];
    beforeAll(async () => {
      db = await fresh();
      databases = [db, ...await Promise.all(Array.from({ length: db.dialect === 'sqlite' ? 0 : nodes - 1 }, () => openDatabase(db.options)))];
    });
    afterEach(async () => {
      await db.kysely.deleteFrom('budgets').execute();
      expect(faults).toEqual([]);
      now = NEW_YEAR;
    });
    afterAll(async () => {
      for (const each of databases.slice(1)) await each.close();
      await db.drop();
    });

    const budgets = (limits = { day: 1, symbol: 1, requester: 1 }): readonly SqlBudget[] => Array.from({ length: nodes }, (_, at) => new SqlBudget({
      book: new BudgetBook(databases[at % databases.length]!.kysely), limits, clock: () => now, isUnavailable, onFault: (error) => faults.push(error),
    }));
    const booked = async (): Promise<Record<string, number>> => Object.fromEntries(
      (await db.kysely.selectFrom('budgets').selectAll().orderBy('scope').execute()).map(({ scope, nano_usd }) => [scope, nano_usd]));
    const granted = (answers: readonly (Reservation | OverBudget)[]): readonly Reservation[] =>
      answers.filter((answer): answer is Reservation => !isOverBudget(answer));

    it.each([20, 200])('one dollar left, %d requests at once on each node: not one nano-dollar over is spent', async (count) => {
      const each = 70_000_001; // 14 of them fit, and leave 0.019999986 USD
      const answers = await Promise.all(budgets().flatMap((budget, node) =>
        Array.from({ length: count }, (_, at) => budget.reserve(`S${(at + node) % 7}`, `client-${at % 5}`, each))));
      expect(granted(answers)).toHaveLength(14);
      expect((await booked())['day']).toBe(14 * each);
      const refused = answers.filter(isOverBudget);
      expect(refused).toHaveLength(nodes * count - 14);
      for (const one of refused) expect(one).toEqual({ scope: 'day', limit: 1, left: 0.019999986 });
    });

    it('books all three scopes or none, and names the one that has too little', async () => {
      const [budget] = budgets({ day: 10, symbol: 2, requester: 1 });
      expect(isOverBudget(await budget!.reserve('AAPL', 'ann', 0.9 * NANO))).toBe(false);
      expect(await budget!.reserve('AAPL', 'ann', 0.2 * NANO)).toEqual({ scope: 'requester', limit: 1, left: 0.1 });
      expect(isOverBudget(await budget!.reserve('AAPL', 'bob', 0.9 * NANO))).toBe(false);
      expect(await budget!.reserve('AAPL', 'cid', 0.3 * NANO)).toEqual({ scope: 'symbol', limit: 2, left: 0.2 });
      expect(await booked()).toEqual({ 'day': 1.8 * NANO, 'requester:ann': 0.9 * NANO, 'requester:bob': 0.9 * NANO, 'requester:cid': 0, 'symbol:AAPL': 1.8 * NANO });
    });

    it('gives back what a call did not cost, once, and never more than was reserved', async () => {
      const [budget] = budgets();
      const [cheap, dear, wrong, unknown] = granted(await Promise.all([1, 2, 3, 4].map(() => budget!.reserve('AAPL', 'ann', 1000))));
      await Promise.all([cheap!.settle(400), cheap!.settle(0), cheap!.settle(400), dear!.settle(5000), wrong!.settle(-7), unknown!.settle(null)]);
      await cheap!.settle(0);
      expect(await booked()).toEqual({ 'day': 2400, 'requester:ann': 2400, 'symbol:AAPL': 2400 });
    });

    it('what was given back can be spent again', async () => {
      const [first, second = first] = budgets();
      const reservation = await first!.reserve('AAPL', 'ann', NANO);
      expect(await second!.reserve('SPY', 'bob', 1)).toEqual({ scope: 'day', limit: 1, left: 0 });
      await (reservation as Reservation).settle(0.25 * NANO);
      expect(isOverBudget(await second!.reserve('SPY', 'bob', 0.75 * NANO))).toBe(false);
      expect(await second!.reserve('SPY', 'bob', 1)).toMatchObject({ left: 0 });
    });

    it('a day is UTC, and a call that ends on the next is settled on its own', async () => {
      const [budget] = budgets();
      now = NEW_YEAR - 1;
      const late = await budget!.reserve('AAPL', 'ann', NANO);
      now = NEW_YEAR;
      expect(isOverBudget(await budget!.reserve('AAPL', 'ann', 10))).toBe(false);
      await (late as Reservation).settle(NANO / 2);
      const rows = await db.kysely.selectFrom('budgets').selectAll().where('scope', '=', 'day').orderBy('day').execute();
      expect(rows).toEqual([{ scope: 'day', day: '2025-12-31', nano_usd: NANO / 2 }, { scope: 'day', day: '2026-01-01', nano_usd: 10 }]);
    });

    it('lets free calls through where nothing may be spent, and refuses what is no sum', async () => {
      const [budget] = budgets({ day: 0, symbol: 0, requester: 0 });
      expect(isOverBudget(await budget!.reserve('AAPL', 'ann', 0))).toBe(false);
      expect(await budget!.reserve('AAPL', 'ann', 0.001)).toMatchObject({ scope: 'day', left: 0 });
      await expect(budget!.reserve('AAPL', 'ann', Number.NaN)).rejects.toThrow(RangeError);
      await expect(budget!.reserve('AAPL', 'ann', -1)).rejects.toThrow(RangeError);
    });

    it('for any calls at once: never over a limit, and in the end booked is what they cost', async () => {
      const call = fc.record({
        symbol: fc.constantFrom('AAPL', 'SPY', 'BTC/USD'), requester: fc.constantFrom('ann', 'bob', 'schedule'),
        nano: fc.integer({ min: 0, max: 400 }), cost: fc.option(fc.integer({ min: -10, max: 500 })),
      });
      await fc.assert(fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        await db.kysely.deleteFrom('budgets').execute();
        const limits = { day: 3e-6, symbol: 2e-6, requester: 1.5e-6 };
        const all = budgets(limits);
        const costs = await Promise.all(calls.map(async ({ symbol, requester, nano, cost }, at) => {
          const answer = await all[at % nodes]!.reserve(symbol, requester, nano);
          if (isOverBudget(answer)) return null;
          for (const [scope, spent] of Object.entries(await booked())) expect(spent).toBeLessThanOrEqual(limits[scope.split(':')[0] as keyof typeof limits] * NANO);
          await answer.settle(cost);
          return { symbol, requester, spent: cost === null ? nano : Math.min(nano, Math.max(0, cost)) };
        }));
        const sum = (of: (cost: NonNullable<(typeof costs)[number]>) => boolean): number => costs.reduce((total, cost) => total + (cost && of(cost) ? cost.spent : 0), 0);
        for (const [scope, spent] of Object.entries(await booked())) {
          expect(spent).toBe(sum(({ symbol, requester }) => ['day', `symbol:${symbol}`, `requester:${requester}`].includes(scope)));
        }
      }), { numRuns: 25 });
    });
  });
}
