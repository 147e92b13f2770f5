import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { anIntent, approvalNode, T0, type ApprovalNode } from '../../../test/support/approval-node.js';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import { PASS, refuse } from '../risk/gate.js';
import type { Answer } from './verdict.js';

const MINUTES = 60_000;
let decisions = 0;
const fresh = (): string => `d${(decisions += 1)}`;

const codeOf = (answering: Promise<unknown>): Promise<string> => answering.then(() => 'none', (error: unknown) => {
  if (error instanceof CodedError) return error.code;
  throw error;
});

describe.each([['SQLite', freshSqlite], ['PostgreSQL', () => freshPostgres()]] as const)('Approvals on %s', (_name, open) => {
  let db: FreshDatabase;
  beforeAll(async () => { db = await open(); });
  afterAll(() => db.drop());

  const answer = async (node: ApprovalNode, id: string, more: Partial<Answer> = {}): Promise<Answer> => ({ decision: 'approve', hash: (await node.approvals.find(id)).hash, subject: 'ann', ...more });
  const statusOf = async (node: ApprovalNode, id: string): Promise<string> => (await node.approvals.find(id)).status;

  it('asks, says so, reserves room, and executes once it is agreed to', async () => {
    const node = approvalNode(db);
    const d = fresh();
    const id = await node.ask(d, { intent: anIntent({ exits: { target: decimal(110), stop: decimal(95) } }) });
    expect(node.approvals.waiting('main').map(({ quantity }) => quantity.toNumber())).toEqual([10]);
    expect(node.approvals.waiting('other')).toEqual([]);
    expect((await node.approvals.decide(id, await answer(node, id))).status).toBe('done');
    expect(await node.decision(d)).toMatchObject({ status: 'submitted', order_id: `o-${d}` });
    expect([node.desk.executions, node.approvals.waiting('main'), node.errors]).toEqual([1, [], []]);
    const said = (await node.said()).filter(({ approval_id: of }) => of === id);
    expect(said.map(({ status }) => status)).toEqual(['waiting', 'approved', 'done']);
    expect(said[0]).toEqual({
      approval_id: id, decision_id: d, account_id: 'main', symbol: 'AAPL', hash: expect.stringMatching(/^[0-9a-f]{64}$/), price: 100, max_drift: 0.01,
      intent: { side: 'buy', quantity: 10, order_type: 'market', reduce_only: false, leverage: 1, target_price: 110, stop_loss: 95, time_in_force: 'gtc', position_side: 'net' },
      expires_at: new Date(T0 + 15 * MINUTES).toISOString(), needed: 1, given: 0, given_by: [], status: 'waiting',
    });
    expect(said[1]).toMatchObject({ given: 1, given_by: [{ by: 'ann', at: new Date(T0).toISOString() }] });
  });

  it('refuses a tampered hash, and leaves everything as it was', async () => {
    const node = approvalNode(db);
    const d = fresh();
    const id = await node.ask(d);
    expect(await codeOf(node.approvals.decide(id, await answer(node, id, { hash: 'f'.repeat(64) })))).toBe('HASH_MISMATCH');
    expect([await statusOf(node, id), (await node.decision(d)).status, node.desk.executions]).toEqual(['waiting', 'waiting_approval', 0]);
    await node.approvals.decide(id, await answer(node, id, { decision: 'reject' }));
  });

  it.each([['EXPIRED', 'expired', { now: T0 + 15 * MINUTES }], ['PRICE_DRIFTED', 'drifted', { price: 101.01 }]] as const)('refuses with %s, and its decision has expired', async (code, status, later) => {
    const node = approvalNode(db);
    const d = fresh();
    const id = await node.ask(d);
    Object.assign(node.desk, later);
    expect(await codeOf(node.approvals.decide(id, await answer(node, id)))).toBe(code);
    expect([await statusOf(node, id), node.approvals.waiting('main')]).toEqual([status, []]);
    const decision = await node.decision(d);
    expect([decision.status, JSON.parse(decision.gate!)]).toEqual(['expired', expect.objectContaining({ code })]);
    expect(await codeOf(node.approvals.decide(id, await answer(node, id)))).toBe(code);
    expect(node.desk.executions).toBe(0);
  });

  it('refuses after HALTED what is not reduce-only', async () => {
    const node = approvalNode(db);
    const id = await node.ask(fresh());
    node.desk.state = 'HALTED';
    expect(await codeOf(node.approvals.decide(id, await answer(node, id)))).toBe('STATE_FORBIDS');
    const reducing = await node.ask(fresh(), { intent: anIntent({ side: 'sell', reduceOnly: true }) });
    expect((await node.approvals.decide(reducing, await answer(node, reducing))).status).toBe('done');
    expect((await node.approvals.decide(id, await answer(node, id, { decision: 'reject' }))).status).toBe('rejected');
  });

  it('refuses the same person twice where two are needed', async () => {
    const node = approvalNode(db);
    const id = await node.ask(fresh(), { needed: 2 });
    expect((await node.approvals.decide(id, await answer(node, id))).status).toBe('waiting');
    expect(await codeOf(node.approvals.decide(id, await answer(node, id)))).toBe('SAME_APPROVER');
    expect(node.desk.executions).toBe(0);
    expect((await node.approvals.decide(id, await answer(node, id, { subject: 'bob' }))).status).toBe('done');
    expect(node.desk.executions).toBe(1);
  });

  it('refuses an edit that breaks a limit, with the gate and its numbers; another passes and must be agreed to anew', async () => {
    const node = approvalNode(db, { gate: ({ quantity }) => (quantity.gt(10) ? refuse('MAX_POSITION', 'too large', { max: 10 }) : PASS) });
    const id = await node.ask(fresh());
    const before = await node.approvals.find(id);
    const edit = (quantity: number): Promise<unknown> => node.approvals.decide(id, { decision: 'edit', hash: before.hash, edits: { quantity }, subject: 'ann' });
    await expect(edit(11)).rejects.toMatchObject({ code: 'LIMIT_BROKEN', extra: { gate: { code: 'MAX_POSITION', detail: 'too large', numbers: { max: 10 } } } });
    expect(await node.approvals.find(id)).toEqual(before);
    await edit(4);
    expect(await codeOf(node.approvals.decide(id, { decision: 'approve', hash: before.hash, subject: 'ann' }))).toBe('HASH_MISMATCH');
    expect(node.approvals.waiting('main').map(({ quantity }) => quantity.toNumber())).toEqual([4]);
    expect((await node.approvals.decide(id, await answer(node, id))).status).toBe('done');
  });

  it('is refused by a gate at its execution', async () => {
    const node = approvalNode(db);
    const d = fresh();
    const id = await node.ask(d);
    node.desk.gate = () => refuse('PRICE_STALE', 'too old');
    expect(await node.approvals.decide(id, await answer(node, id))).toMatchObject({ status: 'refused', note: 'PRICE_STALE: too old' });
    expect((await node.decision(d)).status).toBe('refused');
    expect(node.approvals.waiting('main')).toEqual([]);
  });

  it('ends the decision with a rejection and its note', async () => {
    const node = approvalNode(db);
    const d = fresh();
    const id = await node.ask(d);
    const no = await answer(node, id, { decision: 'reject', note: 'not today' });
    expect(await node.approvals.decide(id, no)).toMatchObject({ status: 'rejected', note: 'not today', decidedBy: 'ann' });
    expect(await node.approvals.decide(id, no)).toMatchObject({ status: 'rejected' });
    expect(await codeOf(node.approvals.decide(id, await answer(node, id)))).toBe('STATE_FORBIDS');
    expect((await node.decision(d)).gate).toContain('Rejected by ann: not today');
    expect(await db.kysely.selectFrom('room_messages').select('type').where('message_id', '=', `decision:${d}:rejected`).execute()).toEqual([{ type: 'trading_decision' }]);
  });

  it('ends what expires or drifts without anybody asking, and only that', async () => {
    const node = approvalNode(db);
    const [a, b, c] = [await node.ask(fresh()), await node.ask(fresh(), { intent: anIntent({ symbol: 'NVDA' }) }), await node.ask(fresh())];
    await node.approvals.onPrice('AAPL', decimal('101'), T0);
    expect(await statusOf(node, a)).toBe('waiting');
    await Promise.all([node.approvals.onPrice('NVDA', decimal('101.01'), T0), node.approvals.onPrice('NVDA', decimal('102'), T0)]);
    expect([await statusOf(node, a), await statusOf(node, b), await statusOf(node, c)]).toEqual(['waiting', 'drifted', 'waiting']);
    await node.approvals.onTime(T0 + 15 * MINUTES - 1);
    expect(await statusOf(node, a)).toBe('waiting');
    node.desk.holds = false;
    await node.approvals.onTime(T0 + 15 * MINUTES);
    expect(await statusOf(node, a)).toBe('waiting'); // another node's to end
    node.desk.holds = true;
    await node.approvals.time(T0 + 15 * MINUTES);
    expect([await statusOf(node, a), await statusOf(node, c), node.approvals.waiting('main')]).toEqual(['expired', 'expired', []]);
    expect((await node.said()).filter(({ approval_id: of }) => of === b).map(({ status }) => status)).toEqual(['waiting', 'drifted']);
    expect(node.errors).toEqual([]);
  });

  it('executes once whatever two persons send at once, here and over two nodes', async () => {
    const node = approvalNode(db);
    const other = approvalNode(db, { holds: false });
    const d = fresh();
    const id = await node.ask(d, { needed: 2 });
    const { hash } = await node.approvals.find(id);
    const sent = Array.from({ length: 50 }, (_, at) => (at % 4 < 2 ? node : other).approvals.decide(id, { decision: 'approve', hash, subject: at % 2 ? 'ann' : 'bob' }));
    const results = await Promise.all(sent.map((each) => each.then(({ status }) => status, (error: unknown) => (error as CodedError).code)));
    expect(results.filter((result) => !['waiting', 'approved', 'done', 'SAME_APPROVER'].includes(result))).toEqual([]);
    await node.approvals.opened(); // as the other node's word makes it do
    expect([await statusOf(node, id), node.desk.executions, other.desk.executions, node.errors, other.errors]).toEqual(['done', 1, 0, [], []]);
    const said = (await node.said()).filter(({ approval_id: of }) => of === id);
    expect(said.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'approved', 'done']);
    expect(new Set((said[2]!['given_by'] as { by: string }[]).map(({ by }) => by))).toEqual(new Set(['ann', 'bob']));
  });

  it('is executed by the next process after a crash before its execution', async () => {
    const node = approvalNode(db, { before: async () => { throw new CodedError('NOT_READY', 'gone'); } });
    const d = fresh();
    const id = await node.ask(d);
    expect((await node.approvals.decide(id, await answer(node, id))).status).toBe('approved');
    expect([node.errors.length, (await node.decision(d)).status]).toEqual([1, 'waiting_approval']);
    const next = approvalNode(db);
    await next.approvals.opened();
    await next.approvals.opened();
    expect([await statusOf(next, id), next.desk.executions, (await next.decision(d)).status]).toEqual(['done', 1, 'submitted']);
  });

  it.each([['passed', PASS, 'done'], ['refused', refuse('PRICE_STALE', 'too old'), 'refused']] as const)('is not asked about again after a crash behind its execution that %s', async (_what, gate, status) => {
    const node = approvalNode(db, { gate: () => gate, after: async () => { throw new Error('killed'); } });
    const id = await node.ask(fresh());
    expect((await node.approvals.decide(id, await answer(node, id))).status).toBe('approved');
    const next = approvalNode(db);
    await next.approvals.opened();
    expect([await statusOf(next, id), next.desk.executions]).toEqual([status, 0]);
  });

  it('does not execute after a crash what has expired meanwhile', async () => {
    const node = approvalNode(db, { before: async () => { throw new Error('killed'); } });
    const d = fresh();
    const id = await node.ask(d);
    await node.approvals.decide(id, await answer(node, id));
    const next = approvalNode(db, { now: T0 + 15 * MINUTES });
    await next.approvals.opened();
    expect([await statusOf(next, id), next.desk.executions, (await next.decision(d)).status]).toEqual(['expired', 0, 'expired']);
  });

  it('sees what another node has changed, and tells it', async () => {
    const [node, other] = [approvalNode(db), approvalNode(db, { holds: false })];
    const id = await node.ask(fresh());
    await other.approvals.decide(id, await answer(other, id, { decision: 'reject' }));
    expect([other.told, node.approvals.waiting('main').length]).toEqual([[id], 1]);
    await node.approvals.refresh();
    expect(node.approvals.waiting('main')).toEqual([]);
  });

  it('loses neither of two answers that two nodes take at the same time', async () => {
    const [node, other] = [approvalNode(db), approvalNode(db, { holds: false })];
    for (let round = 0; round < 10; round += 1) {
      const id = await node.ask(fresh(), { needed: 2 });
      const [ann, bob] = [await answer(node, id), await answer(other, id, { subject: 'bob' })];
      await Promise.all([node.approvals.decide(id, ann), other.approvals.decide(id, bob)]);
      await node.approvals.opened();
      expect(await node.approvals.find(id)).toMatchObject({ status: 'done', version: 4 });
    }
    const id = await node.ask(fresh());
    const results = await Promise.all([node, other].map(async (each, at) => codeOf(each.approvals.decide(id, await answer(each, id, at ? { decision: 'reject', subject: 'bob' } : {})))));
    expect(results.sort()).toEqual(['STATE_FORBIDS', 'none']);
  });

  it('is executed only by the node that trades the account', async () => {
    const [node, other] = [approvalNode(db), approvalNode(db, { holds: false })];
    const id = await node.ask(fresh());
    expect((await other.approvals.decide(id, await answer(other, id))).status).toBe('approved');
    expect([other.desk.executions, other.told.includes(id)]).toEqual([0, true]);
    await node.approvals.opened();
    expect([node.desk.executions, await statusOf(node, id)]).toEqual([1, 'done']);
  });

  it('lists newest first, by status, account and symbol, in pages', async () => {
    const node = approvalNode(db, { now: T0 + 60 * MINUTES });
    const mine = anIntent({ accountId: 'lister' });
    const ids = [];
    for (const symbol of ['AAPL', 'NVDA', 'AAPL']) {
      ids.unshift(await node.ask(fresh(), { intent: { ...mine, symbol } }));
      node.desk.now += 1;
    }
    const listed = async (filter: object, limit = 10, before: string | null = null): Promise<string[]> => (await node.approvals.list({ accountId: 'lister', ...filter }, limit, before)).map(({ approvalId }) => approvalId);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ symbol: 'AAPL' })).toEqual([ids[0], ids[2]]);
    expect(await listed({}, 1, ids[0]!)).toEqual([ids[1]]);
    expect(await listed({ status: 'done' })).toEqual([]);
    await expect(node.approvals.find('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
