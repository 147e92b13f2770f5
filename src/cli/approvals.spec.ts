import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anIntent, approvalNode, T0, type ApprovalNode } from '../../test/support/approval-node.js';
import { serveApprovals } from '../../test/support/approval-server.js';
import { freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { token } from '../../test/support/tokens.js';
import { until } from '../../test/support/until.js';
import { WireServer } from '../../test/support/wire-server.js';
import { decimal } from '../model/decimal.js';
import { PASS, refuse } from '../trading/risk/gate.js';
import { run } from './program.js';
import type { Terminal } from './terminal.js';

let db: FreshDatabase;
let node: ApprovalNode;
let server: Awaited<ReturnType<typeof serveApprovals>>;
let out: string;
let err: string;
let decisions = 0;

beforeAll(async () => { db = await freshSqlite(); });
beforeEach(async () => {
  await db.kysely.deleteFrom('approvals').execute();
  node = approvalNode(db, { gate: ({ quantity }) => (quantity.gt(10) ? refuse('MAX_POSITION', 'at most 10', { max: 10 }) : PASS) });
  server = await serveApprovals(node, true);
  [out, err] = ['', ''];
});
afterEach(() => server.stop());
afterAll(() => db.drop());

const terminal = (more: Partial<Terminal> = {}): Terminal => ({
  stdout: { write: (text) => ((out += text), true) }, stderr: { write: (text) => ((err += text), true) }, env: {}, interrupted: new AbortController().signal, now: () => T0, ...more,
});
const conclave = async (args: readonly string[], more: Partial<Terminal> = {}): Promise<number> =>
  run(args, terminal({ env: { CONCLAVE_URL: server.url, CONCLAVE_TOKEN: await token({ subject: 'ann', scope: 'approve' }) }, ...more }));
const ask = (intent = anIntent({ orderType: 'limit', limitPrice: decimal(99) }), needed = 1): Promise<string> => node.ask(`cli${(decisions += 1)}`, { intent, needed });

describe('conclave approvals', () => {
  it('lists what waits with the time left, the drift and the hash', async () => {
    expect(await conclave(['approvals'])).toBe(0);
    expect(out).toBe('Nothing waits for a person\n');
    const id = await ask();
    node.desk.price = 99.5;
    node.desk.now = T0 + 300_000;
    out = '';
    expect([await conclave(['approvals']), err]).toEqual([0, '']);
    const [header, row] = out.split('\n');
    expect(header).toMatch(/^APPROVAL +ACCOUNT +SYMBOL +ORDER +PRICE +DRIFT +LEFT +GIVEN STATUS +HASH$/);
    expect(row!.split(/ {2,}| (?=\d\/\d|waiting)/).map((cell) => cell.trim())).toEqual([`${id} main`, 'AAPL', 'buy 10 limit', '100.00', '-0.50% of 1.00%', '10m', '0/1', 'waiting', (await node.approvals.find(id)).hash.slice(0, 12)]);
    out = '';
    expect(await conclave(['approvals', 'list', '--json', '--status', 'any'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ approval_id: id, drift: -0.005 });
  });

  it('shows all that is agreed to', async () => {
    const id = await ask(anIntent({ exits: { target: decimal(110), stop: null } }));
    expect(await conclave(['approvals', 'show', id])).toBe(0);
    expect(out).toContain('order    buy 10 market AAPL, account main');
    expect(out).toContain('reduce_only false, leverage 1, target_price 110, time_in_force gtc');
    expect(out).toContain(`hash     ${(await node.approvals.find(id)).hash}`);
  });

  it('shows, asks, and sends what was shown', async () => {
    const id = await ask();
    const questions: string[] = [];
    expect(await conclave(['approvals', 'approve', id], { ask: async (question) => (questions.push(question), 'n') })).toBe(130);
    expect([(await node.approvals.find(id)).status, out.includes('limit_price 99'), questions]).toEqual(['waiting', true, ['approve? [y/N] ']]);
    expect(await conclave(['approvals', 'approve', id], { ask: async () => 'y' })).toBe(0);
    expect(out).toContain('It is done now.');
    expect((await node.approvals.find(id)).given).toEqual([{ by: 'ann', at: T0 }]);
  });

  it('is refused where it changes between the showing and the yes', async () => {
    const id = await ask();
    const { hash } = await node.approvals.find(id);
    const change = async (): Promise<string> => {
      await node.approvals.decide(id, { decision: 'edit', hash, edits: { quantity: 1 }, subject: 'bob' });
      return 'yes';
    };
    expect(await conclave(['approvals', 'approve', id], { ask: change })).toBe(4);
    expect(err).toMatch(/^conclave: HASH_MISMATCH: /);
    expect(node.desk.executions).toBe(0);
  });

  it('wants --yes where nobody can be asked', async () => {
    const id = await ask();
    expect([await conclave(['approvals', 'approve', id]), err]).toEqual([2, 'conclave: nobody can be asked here: add --yes\n']);
    expect(await conclave(['approvals', 'approve', id, '--yes', '--json'])).toBe(0);
    expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ approval_id: id, status: 'done' });
  });

  it('takes only the hash that it is told', async () => {
    const id = await ask();
    const { hash } = await node.approvals.find(id);
    for (const wrong of ['0'.repeat(64), '00000000', hash.slice(0, 4)]) expect(await conclave(['approvals', 'approve', id, '--yes', '--hash', wrong])).toBe(4);
    expect(err).toContain('HASH_MISMATCH');
    expect(await conclave(['approvals', 'approve', id, '--yes', '--hash', hash.slice(0, 12)])).toBe(0);
  });

  it('edits, shows what it is then, and says which limit would break', async () => {
    const id = await ask();
    expect(await conclave(['approvals', 'edit', id, '--yes', '--quantity', '11'])).toBe(4);
    expect(err).toContain('LIMIT_BROKEN: MAX_POSITION: at most 10');
    expect(await conclave(['approvals', 'edit', id, '--yes', '--quantity', '4', '--limit', '98.5', '--target', '120', '--note', 'less'])).toBe(0);
    expect(out).toContain('Changed. Somebody must approve what it is now:');
    const { intent, hash } = await node.approvals.find(id);
    expect([intent.quantity.toNumber(), intent.limitPrice?.toNumber(), intent.exits?.target?.toNumber()]).toEqual([4, 98.5, 120]);
    expect(out).toContain(hash);
    expect(await conclave(['approvals', 'edit', id, '--yes', '--target', 'none'])).toBe(0);
    expect((await node.approvals.find(id)).intent.exits).toBeNull();
    expect(await conclave(['approvals', 'edit', id, '--yes'])).toBe(2);
  });

  it('rejects with a note, which must be there', async () => {
    const id = await ask();
    expect(await conclave(['approvals', 'reject', id, '--yes'])).toBe(2);
    expect(await conclave(['approvals', 'reject', id, '--yes', '--note', 'not today'])).toBe(0);
    expect(out).toContain('It is rejected now.');
    expect(await node.approvals.find(id)).toMatchObject({ status: 'rejected', note: 'not today' });
  });

  it('ends with 4 on a refusal and 3 where nobody answers', async () => {
    expect(await conclave(['approvals', 'show', 'none'])).toBe(4);
    expect(err).toContain('NOT_FOUND');
    expect(await conclave(['approvals', '--token', await token({ scope: 'read' })])).toBe(4);
    expect(err).toContain('FORBIDDEN');
    await server.stop();
    expect(await conclave(['approvals'])).toBe(3);
  });

  it('follows the room', async () => {
    const id = await ask();
    const update = (await node.said()).at(-1);
    const wire = await WireServer.listen();
    const interrupt = new AbortController();
    wire.rest = async (path) => (await fetch(server.url + path, { headers: { authorization: `Bearer ${await token({ scope: 'approve' })}` } })).text();
    const following = run(['approvals', '--watch', '--url', wire.url], terminal({ interrupted: interrupt.signal }));
    await until(() => out.includes('Following the room approvals'));
    wire.say('approvals', 'approval_update', { ...update, status: 'rejected', note: 'no' });
    await until(() => out.includes(`${id}  rejected 0/1 buy 10 limit AAPL at 100.00, account main`));
    expect(wire.received('subscribe')[0]).toMatchObject({ room: 'approvals' });
    interrupt.abort('SIGINT');
    expect(await following).toBe(0);
    await wire.stop();
  });
});

describe('conclave trading', () => {
  let http: Server;
  let asked: { method: string; url: string; body: unknown }[];
  beforeEach(async () => {
    asked = [];
    http = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        asked.push({ method: request.method!, url: request.url!, body: text === '' ? null : JSON.parse(text) });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({
          state: 'HALTED', code: 'BY_HAND', reason: 'news', by: 'ann', since: '2026-01-05T15:00:00.000Z', accounts: [{ account_id: 'main', state: 'ACTIVE', code: null, reason: null, by: null, since: null }],
        }));
      });
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  afterEach(() => new Promise((closed) => http.close(closed)));
  const trading = (...args: string[]): Promise<number> => run(['trading', ...args], terminal({ env: { CONCLAVE_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}` } }));

  it('shows the state of all and of each account', async () => {
    expect(await trading()).toBe(0);
    expect(out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual(['trading HALTED BY_HAND: news, by ann, since 2026-01-05T15:00:00.000Z', ' main ACTIVE', '']);
    expect(asked).toEqual([{ method: 'GET', url: '/api/trading/state', body: null }]);
  });

  it.each([
    [['halt', '--reason', 'news'], { state: 'HALTED', reason: 'news' }], [['reduce', '--account', 'main'], { state: 'REDUCING', account_id: 'main' }], [['resume'], { state: 'ACTIVE' }],
  ])('%j sends %j', async (args, body) => {
    expect(await trading(...args)).toBe(0);
    expect(asked).toEqual([{ method: 'POST', url: '/api/trading/state', body }]);
  });
});
