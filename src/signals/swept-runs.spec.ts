import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as timeOrderedId } from 'uuid';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { modelCall } from '../../test/support/model-calls.js';
import { viewOf } from '../../test/support/views.js';
import { decide } from '../consensus/decide.js';
import { callRow } from '../journal/call-row.js';
import { decisionHash, decisionRecord } from '../journal/decision.js';
import { inputsRecord } from '../journal/inputs-record.js';
import { RunInputs } from '../journal/run-inputs.js';
import { RunRetention } from '../journal/run-retention.js';
import type { Sweep } from '../storage/sweeper.js';
import { Reruns } from './rerun.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const RULES = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };
const NONE = decisionRecord([], decide([], RULES));

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('runs that are too old on %s', (_name, fresh) => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await fresh(); });
  afterAll(async () => { await db.drop(); });

  /** A run of so many days ago, with two calls of models. */
  async function run(daysAgo: number): Promise<string> {
    const at = NOW - daysAgo * DAY;
    const runId = timeOrderedId({ msecs: at });
    await db.kysely.transaction().execute((tx) => new RunInputs(db.kysely).insert(tx, inputsRecord(viewOf(), { runId, depth: 'deep', requester: 'schedule', seats: [], rules: RULES }), NONE));
    await call(runId, at + 1);
    await call(runId, at + 2);
    return runId;
  }
  async function call(runId: string, at: number): Promise<void> {
    await db.kysely.insertInto('model_calls').values(callRow({ ...modelCall({ place: { runId } }), callId: timeOrderedId({ msecs: at }), startedAt: at }, [])).execute();
  }
  async function swept(sweep: Sweep): Promise<number> {
    let rows = 0;
    for await (const changed of sweep.sweep()) rows += changed;
    return rows;
  }
  const calls = async (): Promise<readonly string[]> => [...new Set((await db.kysely.selectFrom('model_calls').select('run_id').orderBy('call_id').execute()).map(({ run_id: id }) => id))];

  test('inputs and calls go together, and a rerun says so; what is younger can be built again', async () => {
    const old = [];
    for (let at = 0; at < 45; at += 1) old.push(await run(400 - at / 10));
    const young = await run(364);
    await call('lesson:old', NOW - 380 * DAY);
    await call('lesson:young', NOW - 10 * DAY);
    await call(young, NOW - 366 * DAY); // begun before: its run is there, so it stays
    const retention = new RunRetention(db.kysely, 365, () => NOW);
    expect(await swept(retention)).toBe(old.length + 1);
    expect(new Set(await calls())).toEqual(new Set([young, 'lesson:young']));
    const reruns = new Reruns(new RunInputs(db.kysely), () => ({ analysts: [], deliberation: null }));
    expect(await reruns.again(young)).toMatchObject({ same: true });
    await expect(reruns.again(old[0]!)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/^The inputs of the run .* were swept: they are kept for RUN_KEEP_DAYS/) });
    await expect(reruns.again(old[44]!)).rejects.toThrow(decisionHash(NONE));
    await expect(reruns.again(timeOrderedId())).rejects.toThrow('There are no inputs of the run');
    expect(await swept(retention)).toBe(0);
    expect(await swept(new RunRetention(db.kysely, 365, () => NOW))).toBe(0);
    expect(await swept(new RunRetention(db.kysely, 5, () => NOW))).toBe(2); // the run with its calls, and the younger lesson's
  });
});
