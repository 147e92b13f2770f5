import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anIntent, approvalNode, T0, type ApprovalNode } from '../../../test/support/approval-node.js';
import { serveApprovals } from '../../../test/support/approval-server.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { token } from '../../../test/support/tokens.js';
import { PASS, refuse } from '../../trading/risk/gate.js';

let db: FreshDatabase;
let node: ApprovalNode;
let guarded: Awaited<ReturnType<typeof serveApprovals>>;
let unguarded: typeof guarded;
let decisions = 0;

beforeAll(async () => { db = await freshSqlite(); });
beforeEach(async () => {
  await db.kysely.deleteFrom('approvals').execute();
  node = approvalNode(db, { gate: ({ quantity }) => (quantity.gt(10) ? refuse('MAX_POSITION', 'too large', { max: 10 }) : PASS) });
  [guarded, unguarded] = [await serveApprovals(node, true), await serveApprovals(node, false)];
});
afterEach(() => Promise.all([guarded.stop(), unguarded.stop()]));
afterAll(() => db.drop());

interface Answered { readonly status: number; readonly body: Record<string, unknown> }
const call = async (url: string, headers: Record<string, string>, body?: unknown): Promise<Answered> => {
  const response = await fetch(url, { ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }), headers: { ...headers, 'content-type': 'application/json' } });
  return { status: response.status, body: await response.json() as Record<string, unknown> };
};
const as = async (subject: string, path: string, body?: unknown, scope = 'approve'): Promise<Answered> => call(guarded.url + path, { authorization: `Bearer ${await token({ subject, scope })}` }, body);
const withoutToken = (client: string, path: string, body?: unknown): Promise<Answered> => call(`${unguarded.url}${path}${path.includes('?') ? '&' : '?'}client_id=${client}`, {}, body);

const ask = async (more: Parameters<ApprovalNode['ask']>[1] = {}): Promise<{ path: string; hash: string; id: string }> => {
  const id = await node.ask(`http${(decisions += 1)}`, more);
  return { id, path: `/api/approvals/${id}`, hash: (await node.approvals.find(id)).hash };
};

describe('/api/approvals', () => {
  it('shows what waits, with how far the price is and how long is left', async () => {
    const { id, hash } = await ask();
    node.desk.price = 100.5;
    node.desk.now = T0 + 60_000;
    const { status, body } = await as('ann', '/api/approvals?status=waiting&account=main&symbol=aapl&limit=1');
    expect(status).toBe(200);
    expect(body).toEqual({ items: [expect.objectContaining({ approval_id: id, hash, status: 'waiting', drift: 0.005, expires_in_s: 840, given: 0 })], next: null });
    expect((await as('ann', '/api/approvals?symbol=NVDA')).body).toEqual({ items: [], next: null });
  });

  it('goes through pages', async () => {
    const [first, second] = [await ask(), (node.desk.now += 1, await ask())];
    const one = (await as('ann', '/api/approvals?limit=1')).body;
    expect(one).toMatchObject({ items: [{ approval_id: second.id }], next: second.id });
    expect((await as('ann', `/api/approvals?limit=1&cursor=${second.id}`)).body).toMatchObject({ items: [{ approval_id: first.id }], next: null });
    expect((await as('ann', '/api/approvals?cursor=x')).status).toBe(400);
  });

  it('needs the scope approve, for reading too', async () => {
    const { path, hash } = await ask();
    for (const [asked, body] of [['/api/approvals', undefined], [path, undefined], [path, { decision: 'approve', hash }]] as const) {
      expect(await as('ann', asked, body, 'read trade admin')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
      expect((await call(guarded.url + asked, {}, body)).status).toBe(401);
    }
  });

  it('is answered by the subject of the token', async () => {
    const { path, hash } = await ask({ needed: 2 });
    const yes = { decision: 'approve', hash, subject: 'carol' };
    expect((await as('ann', path, yes)).body).toMatchObject({ status: 'waiting', given: 1, given_by: [{ by: 'ann' }] });
    expect(await as('ann', path, yes)).toMatchObject({ status: 409, body: { code: 'SAME_APPROVER' } });
    expect(await as('bob', path, yes)).toMatchObject({ status: 200, body: { status: 'done', given: 2, given_by: [{ by: 'ann' }, { by: 'bob' }] } });
    expect((await as('ann', path)).body).toMatchObject({ status: 'done' });
  });

  it('tells nobody without a token from another', async () => {
    const { path, hash } = await ask({ needed: 2 });
    expect((await withoutToken('c1', path, { decision: 'approve', hash })).body).toMatchObject({ status: 'waiting' });
    expect(await withoutToken('c2', path, { decision: 'approve', hash })).toMatchObject({ status: 409, body: { code: 'SAME_APPROVER', detail: expect.stringContaining('turn on authentication') } });
    expect(node.desk.executions).toBe(0);
  });

  it('refuses with problems: tampered, edited beyond a limit, halted, drifted, expired, not there', async () => {
    const { path, hash } = await ask();
    const yes = { decision: 'approve', hash };
    expect(await as('ann', path, { ...yes, hash: '0'.repeat(64) })).toMatchObject({ status: 409, body: { type: 'urn:conclave:error:HASH_MISMATCH' } });
    expect(await as('ann', path, { decision: 'edit', hash, edits: { quantity: 11 } })).toMatchObject({ status: 409, body: { code: 'LIMIT_BROKEN', gate: { code: 'MAX_POSITION', numbers: { max: 10 } } } });
    node.desk.state = 'HALTED';
    expect(await as('ann', path, yes)).toMatchObject({ status: 409, body: { code: 'STATE_FORBIDS' } });
    node.desk.state = 'ACTIVE';
    node.desk.price = 98.99;
    expect(await as('ann', path, yes)).toMatchObject({ status: 409, body: { code: 'PRICE_DRIFTED', price: 98.99, shown_price: 100 } });
    node.desk.price = 100;
    const late = await ask();
    node.desk.now = T0 + 900_000;
    expect(await as('ann', late.path, { decision: 'approve', hash: late.hash })).toMatchObject({ status: 409, body: { code: 'EXPIRED' } });
    expect(await as('ann', '/api/approvals/none', yes)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(node.desk.executions).toBe(0);
  });

  it('edits, and wants the new hash', async () => {
    const { path, hash } = await ask({ intent: anIntent() });
    const { body } = await as('ann', path, { decision: 'edit', hash, edits: { quantity: '2.5', stop: 95 }, note: 'less' });
    expect(body).toMatchObject({ status: 'waiting', given: 0, note: 'less', intent: { quantity: 2.5, stop_loss: 95 } });
    expect((await as('ann', path, { decision: 'approve', hash })).body).toMatchObject({ code: 'HASH_MISMATCH' });
    expect((await as('ann', path, { decision: 'approve', hash: body['hash'] })).body).toMatchObject({ status: 'done' });
  });

  it.each<[object, string]>([
    [{ decision: 'perhaps' }, 'decision'], [{ hash: undefined }, 'hash'], [{ hash: 'short' }, 'hash'], [{ note: 'x'.repeat(2001) }, 'note'], [{ note: 5 }, 'note'],
    [{ decision: 'edit', edits: [1] }, 'edits'], [{ decision: 'edit', edits: 'x' }, 'edits'], [{ decision: 'edit', edits: { side: 'sell' } }, 'edits.side'], [{ decision: 'edit' }, 'edits'],
    [{ decision: 'edit', edits: { quantity: { toString: 1 } } }, 'edits.quantity'],
  ])('refuses a body with %j at %s', async (more, at) => {
    const { path, hash } = await ask();
    const { status, body } = await as('ann', path, { decision: 'approve', hash, ...more });
    expect([status, body['code'], (body['errors'] as { path: string }[])[0]?.path]).toEqual([400, 'VALIDATION_ERROR', at]);
  });
});
