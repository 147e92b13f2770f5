import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as timeOrderedId } from 'uuid';
import type { CallLog } from '../../src/journal/call-log.js';
import { SqlCallLog } from '../../src/journal/call-log.sql.js';
import { LONGEST_REPLY } from '../../src/journal/call-row.js';
import { requestHash } from '../../src/journal/request-hash.js';
import { Outage } from '../../src/storage/outage.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import type { FreshDatabase } from '../support/databases.js';
import { modelCall } from '../support/model-calls.js';

/** What every database must do alike. */
export function callLogContract(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`the decision log on ${name}`, () => {
    let db: FreshDatabase;
    let log: CallLog & SqlCallLog;
    const faults: Error[] = [];
    beforeAll(async () => { db = await fresh(); });
    afterEach(async () => {
      await db.kysely.deleteFrom('model_calls').execute();
      faults.length = 0;
    });
    afterAll(async () => { await db.drop(); });
    const open = (): SqlCallLog => (log = new SqlCallLog({
      db: db.kysely, isUnavailable, outage: new Outage(() => undefined, () => undefined), secrets: ['sk-canary-0123456789', 'short'], onFault: (fault) => faults.push(fault),
    }));
    const rows = () => db.kysely.selectFrom('model_calls').selectAll().orderBy('call_id').execute();

    it('keeps a call whole, and answers it again', async () => {
      open();
      const call = modelCall();
      await log.append(call);
      expect(await rows()).toEqual([{
        call_id: call.callId, run_id: 'run-1', symbol: 'AAPL', agent_id: 'technical', step: 'analyst', round: 0,
        request_hash: requestHash(call.request), attempt: 1, prompt: 'config/prompts/technical.md', endpoint: 'openai', model: 'gpt-5-mini', mode: 'schema',
        params: '{"temperature":0.2,"top_p":null,"seed":7,"max_tokens":1200,"schema":{"type":"object"}}', messages: JSON.stringify(call.request.messages),
        model_returned: 'gpt-5-mini-2026-01-01', reply: '{"signal":"BUY"}', outcome: 'OK', error: null, opinion: JSON.stringify(call.opinion),
        requester: 'schedule', as_of: Date.UTC(2026, 0, 1), started_at: call.startedAt, latency_ms: 412.5,
        prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, nano_usd: 65_000,
      }]);
      expect(await log.recorded(requestHash(call.request), 1, 0)).toEqual(call.answer);
    });

    it('knows a recorded call by hash, attempt and place among its likes, in one run or in all', async () => {
      open();
      const told = ['first', 'second', 'third'].map((reply, at) => modelCall({ place: { runId: at === 1 ? 'b' : 'a' }, answer: { reply } }));
      const repair = modelCall({ attempt: 2, answer: { reply: 'repaired' } });
      const other = modelCall({ request: { seed: 8 }, answer: { reply: 'other' } });
      const timeout = modelCall({ request: { seed: 9 }, answer: { outcome: 'TIMEOUT', reply: null, error: 'no answer in 2 s', promptTokens: null, completionTokens: null, totalTokens: null, modelReturned: null }, opinion: null });
      // stored in another order than they were made
      await Promise.all([other, ...told.toReversed(), repair, timeout].map((call) => log.append(call)));
      const hash = requestHash(told[0]!.request);
      const replies = async (runId?: string) => Promise.all([0, 1, 2, 3].map(async (ordinal) => (await log.recorded(hash, 1, ordinal, runId))?.reply ?? null));
      expect(await replies()).toEqual(['first', 'second', 'third', null]);
      expect(await replies('a')).toEqual(['first', 'third', null, null]);
      expect(await replies('c')).toEqual([null, null, null, null]);
      expect((await log.recorded(hash, 2, 0))?.reply).toBe('repaired');
      expect(await log.recorded(requestHash(timeout.request), 1, 0)).toEqual(timeout.answer);
    });

    it('stores what is taken, in order, 400 rows of up to 100 kB at once, and keeps the loop turning', async () => {
      open();
      const calls = Array.from({ length: 400 }, (_, at) => modelCall({ request: { messages: [{ role: 'user', content: 'x'.repeat(at % 4 === 0 ? 100_000 : 2000) }] } }));
      let turns = 0;
      let going = true;
      const turn = (): void => { turns += 1; if (going) setImmediate(turn); };
      turn();
      const order: string[] = [];
      await Promise.all(calls.map(async (call) => { await log.append(call); order.push(call.callId); }));
      going = false;
      expect(order).toEqual(calls.map(({ callId }) => callId));
      expect((await rows()).map(({ call_id }) => call_id)).toEqual(calls.map(({ callId }) => callId));
      expect(turns).toBeGreaterThan(20); // 10 MB are 20 commits at least
    });

    it('tells when a run is stored, and drains', async () => {
      open();
      for (let at = 0; at < 100; at += 1) void log.append(modelCall({ place: { runId: `run-${at % 2}` } }));
      expect(log.pending).toBe(100);
      await log.stored('run-1');
      expect((await rows()).filter(({ run_id }) => run_id === 'run-1')).toHaveLength(50);
      await log.stored('unheard-of');
      void log.append(modelCall());
      expect(await log.drain(5000)).toBe(0);
      expect(await rows()).toHaveLength(101);
    });

    it('cuts a reply that is too long between two characters, and says so', async () => {
      open();
      const reply = `x${'€'.repeat(100_000)}`; // 300,001 bytes; the bound falls into a character
      await log.append(modelCall({ answer: { reply, error: 'prose' } }));
      const [row] = await rows();
      expect(row!.error).toBe(`prose; the reply had 300001 bytes, of which the first ${LONGEST_REPLY} are kept`);
      expect(row!.reply).toBe(`x${'€'.repeat((LONGEST_REPLY - 1) / 3 | 0)}`);
      const fits = 'x'.repeat(LONGEST_REPLY);
      await log.append(modelCall({ answer: { reply: fits } }));
      expect((await rows())[1]).toMatchObject({ reply: fits, error: null });
    });

    it('makes fit what the database would refuse', async () => {
      open();
      const nan = { promptTokens: 12.4, completionTokens: Number.NaN, totalTokens: 1e300, latencyMs: Number.NaN };
      await log.append(modelCall({ answer: { reply: 'a\0b', error: 'c\0', modelReturned: '\0', ...nan }, startedAt: 1.5, nanoUsd: 2.5, request: { messages: [{ role: 'user', content: 'd\0' }] } }));
      const [row] = await rows();
      expect(row).toMatchObject({ reply: 'a\x01b', error: 'c\x01', model_returned: '\x01', prompt_tokens: 12, completion_tokens: null, total_tokens: null, latency_ms: 0, started_at: 2, nano_usd: 3 });
      expect(JSON.parse(row!.messages)).toEqual([{ role: 'user', content: 'd\0' }]);
      expect(faults).toEqual([]);
    });

    it('holds no secret, wherever it was put', async () => {
      open();
      const secret = 'sk-canary-0123456789';
      await log.append(modelCall({
        request: { prompt: secret, messages: [{ role: 'user', content: `my key is ${secret}.` }], schema: { title: secret } },
        answer: { reply: `"${secret}"`, error: `401 for ${secret}, ${secret}; short`, modelReturned: secret },
        opinion: { signal: 'HOLD', confidence: 0.5, reasoning: [`I know ${secret}`] }, place: { requester: secret },
      }));
      const [row] = await rows();
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(row).toMatchObject({ error: '401 for [redacted], [redacted]; short', reply: '"[redacted]"' });
    });

    it('a row that the database refuses takes none with it, and is named', async () => {
      open();
      const good = [modelCall(), modelCall(), modelCall()];
      const bad = modelCall({ attempt: 1.5, callId: timeOrderedId() });
      const results = await Promise.allSettled([good[0]!, bad, good[1]!, good[2]!].map((call) => log.append(call)));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(faults).toHaveLength(1);
      expect(faults[0]!.message).toContain(bad.callId);
      expect((await rows()).map(({ call_id }) => call_id)).toEqual(good.map(({ callId }) => callId));
      expect(log.pending).toBe(0);
    });

    it('adds nothing where a call comes twice', async () => {
      open();
      const call = modelCall();
      await log.append(call);
      await log.append(call);
      expect(await rows()).toHaveLength(1);
    });
  });
}
