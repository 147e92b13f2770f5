import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as timeOrderedId } from 'uuid';
import { BudgetBook } from '../../src/journal/budget-book.js';
import type { Reservation } from '../../src/journal/budget.js';
import { SqlBudget } from '../../src/journal/budget.sql.js';
import { SqlCallLog } from '../../src/journal/call-log.sql.js';
import { CostLedger } from '../../src/journal/costs.js';
import type { ModelCall } from '../../src/journal/model-call.js';
import { ModelLogs, type ModelLogFilter } from '../../src/journal/model-logs.js';
import { Outage } from '../../src/storage/outage.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import type { FreshDatabase } from '../support/databases.js';
import { modelCall } from '../support/model-calls.js';

const NEW_YEAR = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** What every database must do alike. */
export function journalReadsContract(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`the journal is read on ${name}`, () => {
    let db: FreshDatabase;
    let logs: ModelLogs;
    beforeAll(async () => {
      db = await fresh();
      logs = new ModelLogs(db.kysely);
    });
    beforeEach(async () => { await db.kysely.deleteFrom('model_calls').execute(); });
    afterAll(async () => { await db.drop(); });

    const store = async (...calls: readonly ModelCall[]): Promise<readonly string[]> => {
      const log = new SqlCallLog({ db: db.kysely, isUnavailable, outage: new Outage(() => undefined, () => undefined), secrets: [], onFault: () => undefined });
      await Promise.all(calls.map((call) => log.append(call)));
      return calls.map(({ callId }) => callId);
    };
    const at = (time: number, parts: Parameters<typeof modelCall>[0] = {}): ModelCall => modelCall({ callId: timeOrderedId({ msecs: time }), startedAt: time, ...parts });
    const found = async (filter: ModelLogFilter, limit = 50): Promise<readonly string[]> => (await logs.page(filter, limit, null)).rows.map(({ call_id }) => call_id);

    it('newest first, in pages that miss nothing and repeat nothing', async () => {
      const ids = await store(...Array.from({ length: 120 }, (_, n) => at(NEW_YEAR + n * 1000, { place: { symbol: n % 3 === 0 ? 'SPY' : 'AAPL' } })));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const { rows, next }: Awaited<ReturnType<ModelLogs['page']>> = await logs.page({ symbol: 'SPY' }, 7, cursor);
        seen.push(...rows.map(({ call_id }) => call_id));
        cursor = next;
      } while (cursor !== null);
      expect(seen).toEqual(ids.filter((_, n) => n % 3 === 0).reverse());
      expect((await logs.page({}, 120, null)).next).toBeNull();
      expect((await logs.page({}, 119, null)).next).toBe(ids[1]);
    });

    it('by symbol, agent, run, outcome, model and time', async () => {
      const [plain, other, failed, late] = await store(
        at(NEW_YEAR), at(NEW_YEAR + 1, { place: { symbol: 'SPY', agentId: 'news', runId: 'run-2' } }),
        at(NEW_YEAR + 2, { answer: { outcome: 'TIMEOUT', reply: null } }), at(NEW_YEAR + 30 * 24 * HOUR, { request: { model: 'llama' } }),
      );
      expect(await found({ symbol: 'SPY' })).toEqual([other]);
      expect(await found({ agent: 'technical' })).toEqual([late, failed, plain]);
      expect(await found({ runId: 'run-2' })).toEqual([other]);
      expect(await found({ outcome: 'TIMEOUT' })).toEqual([failed]);
      expect(await found({ model: 'llama' })).toEqual([late]);
      expect(await found({ from: NEW_YEAR + 1, to: NEW_YEAR + 2 })).toEqual([other]);
      expect(await found({ from: NEW_YEAR + 3 })).toEqual([late]);
      expect(await found({ symbol: 'SPY', outcome: 'TIMEOUT' })).toEqual([]);
    });

    it('by text in the messages or the reply, in which nothing is a wildcard', async () => {
      const say = (content: string) => ({ request: { messages: [{ role: 'user' as const, content }] } });
      const [percent, quoted, path, replied, grave] = await store(
        at(NEW_YEAR, say('up 5% today')), at(NEW_YEAR + 1, say('he said "buy_now"\nand left')), at(NEW_YEAR + 2, say('C:\\temp')),
        at(NEW_YEAR + 3, { answer: { reply: 'Up 50 percent, "BUYxNOW"' } }), at(NEW_YEAR + 4, say('É')),
      );
      expect(await found({ q: '5%' })).toEqual([percent]);
      expect(await found({ q: 'buy_now' })).toEqual([quoted]);
      expect(await found({ q: '"buyx' })).toEqual([replied]);
      expect(await found({ q: '"buy_' })).toEqual([quoted]);
      expect(await found({ q: 'now"\nand' })).toEqual([quoted]);
      expect(await found({ q: 'C:\\T' })).toEqual([path]);
      expect(await found({ q: 'UP 5' })).toEqual([replied, percent]);
      expect(await found({ q: 'É' })).toEqual([grave]);
      expect(await found({ q: 'é' })).toEqual([]);
      expect(await found({ q: "'; drop table model_calls; --" })).toEqual([]);
    });

    it('a page ends early where calls are long, and goes on there', async () => {
      const long = 'x'.repeat(250_000);
      const ids = await store(...Array.from({ length: 40 }, (_, n) => at(NEW_YEAR + n, { answer: { reply: long } })));
      const first = await logs.page({}, 40, null);
      expect(first.rows.length).toBeLessThan(20);
      const rest = await logs.page({}, 5, first.next);
      expect(rest.rows[0]!.call_id).toBe(ids.toReversed()[first.rows.length]);
    });

    it('a search that finds nothing ends, and says where it goes on', async () => {
      await store(...Array.from({ length: 5200 }, (_, n) => at(NEW_YEAR + n)));
      const first = await logs.page({ q: 'nowhere' }, 50, null);
      expect(first.rows).toEqual([]);
      expect(first.next).not.toBeNull();
      expect(await logs.page({ q: 'nowhere' }, 50, first.next)).toEqual({ rows: [], next: null });
    });

    it('all of it in parts', async () => {
      const ids = await store(...Array.from({ length: 300 }, (_, n) => at(NEW_YEAR + n)));
      const parts: string[][] = [];
      for await (const part of logs.parts({})) parts.push(part.map(({ call_id }) => call_id));
      expect(parts.flat()).toEqual(ids.toReversed());
      expect(parts.length).toBeGreaterThan(1);
    });

    it('costs by day, model, agent and symbol, and today against the limits', async () => {
      let now = NEW_YEAR + HOUR;
      const limits = { day: 5, symbol: 2, requester: 1 };
      const book = new BudgetBook(db.kysely);
      const ledger = new CostLedger(db.kysely, book, limits, () => now);
      const budget = new SqlBudget({ book, limits, clock: () => now, isUnavailable, onFault: () => undefined });
      await budget.reserve('AAPL', 'ann', 0.5e9);
      await (await budget.reserve('SPY', 'ann', 0.25e9) as Reservation).settle(0.125e9);
      expect(await ledger.today()).toEqual({
        date: '2026-01-01', day: { spent: 0.625, limit: 5, left: 4.375 },
        symbols: [{ symbol: 'AAPL', spent: 0.5, limit: 2, left: 1.5 }, { symbol: 'SPY', spent: 0.125, limit: 2, left: 1.875 }],
        requesters: [{ requester: 'ann', spent: 0.625, limit: 1, left: 0.375 }],
      });
      await store(
        at(NEW_YEAR - 1, { nanoUsd: 100_000_000 }), at(NEW_YEAR, { nanoUsd: 200_000_000 }), at(NEW_YEAR + 1, { nanoUsd: 1, request: { model: 'llama' }, answer: { promptTokens: null, completionTokens: null, totalTokens: null } }),
        at(NEW_YEAR + 2, { nanoUsd: 400_000_000, place: { symbol: 'SPY', agentId: 'news' } }), at(NEW_YEAR + 48 * HOUR, { nanoUsd: 9 }),
      );
      const sum = (calls: number, usd: number, told = calls) => ({ calls, prompt_tokens: 100 * told, completion_tokens: 20 * told, total_tokens: 120 * told, usd });
      expect(await ledger.between(NEW_YEAR - 1, NEW_YEAR + 48 * HOUR)).toEqual({
        total: sum(4, 0.700000001, 3),
        by_day: [{ day: '2025-12-31', ...sum(1, 0.1) }, { day: '2026-01-01', ...sum(3, 0.600000001, 2) }],
        by_model: [{ model: 'gpt-5-mini', ...sum(3, 0.7) }, { model: 'llama', ...sum(1, 1e-9, 0) }],
        by_agent: [{ agent: 'news', ...sum(1, 0.4) }, { agent: 'technical', ...sum(3, 0.300000001, 2) }],
        by_symbol: [{ symbol: 'SPY', ...sum(1, 0.4) }, { symbol: 'AAPL', ...sum(3, 0.300000001, 2) }],
      });
      expect(await ledger.series(NEW_YEAR - HOUR, NEW_YEAR + 2 * HOUR, 'hour')).toEqual([
        { start: '2025-12-31T23:00:00.000Z', ...sum(1, 0.1) }, { start: '2026-01-01T00:00:00.000Z', ...sum(3, 0.600000001, 2) }, { start: '2026-01-01T01:00:00.000Z', ...sum(0, 0) },
      ]);
      expect((await ledger.series(NEW_YEAR - 1, NEW_YEAR + 48 * HOUR + 1, 'day')).map(({ start, calls, usd }) => [start.slice(0, 10), calls, usd])).toEqual([
        ['2025-12-31', 1, 0.1], ['2026-01-01', 3, 0.600000001], ['2026-01-02', 0, 0], ['2026-01-03', 1, 9e-9],
      ]);
      expect(await ledger.ofRun('run-9')).toEqual(sum(0, 0));
      await store(at(NEW_YEAR, { nanoUsd: 3e9, place: { runId: 'run-9' } }), at(NEW_YEAR, { nanoUsd: 1e9, place: { runId: 'run-9' }, answer: { promptTokens: null, completionTokens: null, totalTokens: null } }));
      expect(await ledger.ofRun('run-9')).toEqual(sum(2, 4, 1));
      now += 24 * HOUR;
      expect((await ledger.today()).day).toEqual({ spent: 0, limit: 5, left: 5 });
    });
  });
}
