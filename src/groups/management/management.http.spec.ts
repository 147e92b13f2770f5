import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { managementNode, type ManagementNode } from '../../../test/support/management-node.js';
import { token } from '../../../test/support/tokens.js';

type Body = Record<string, unknown>;
interface Answered { readonly status: number; readonly body: Body }

let db: FreshDatabase;
let node: ManagementNode;
let guarded: ManagementNode;
let count = 0;
const name = (): string => `g${(count += 1)}`;

beforeAll(async () => {
  db = await freshSqlite();
  guarded = await managementNode(db, { required: true });
});
beforeEach(async () => { node = await managementNode(db); });
afterEach(() => node.stop());
afterAll(async () => {
  await guarded.stop();
  await db.drop();
});

const call = async (method: string, path: string, body?: unknown, { url, headers }: { url: string; headers: Record<string, string> } = { url: node.url, headers: {} }): Promise<Answered> => {
  const response = await fetch(url + path, { method, headers: { ...headers, 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) as Body };
};
const make = async (more: object = {}): Promise<Body> => (await call('POST', '/api/groups', { name: name(), symbol: 'BTCUSDT', ...more })).body;
const items = ({ body }: Answered): Body[] => body['items'] as Body[];

describe('/api/groups', () => {
  it('makes a group from a name and a symbol, and shows its token this once', async () => {
    const { status, body } = await call('POST', '/api/groups', { name: name(), symbol: 'btc-usdt' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      group_name: body['name'], market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 1, margin_usd: 100, position_mode: 'oneway', account_id: `group-${String(body['name'])}`,
      complete: true, missing: [], has_token: true, connected: false, connected_since: null, node: null, backlog: 0, token: expect.stringMatching(/^cg_/),
    });
    const again = await call('GET', `/api/groups/${String(body['name'])}`);
    const { token: secret, ...rest } = body;
    expect(secret).toMatch(/^cg_/);
    expect(again).toEqual({ status: 200, body: rest });
    expect((again.body['members'] as Body[]).map(({ role }) => role)).toEqual(['group_leader', 'technical_analyst', 'news_analyst', 'risk_analyst', 'experience_retriever']);
  });

  it('takes members, an account that there is, or says what the new one is like', async () => {
    const members = [{ name: 'Boss', role: 'group_leader', provider: 'openai', model: 'gpt-5', system_prompt: ' Be brief. ' }];
    const one = await make({ members, account_id: 'perp', position_mode: 'hedge', leverage: 5, margin_usd: 12.5, interval: '1h', market: 'perps' });
    expect(one).toMatchObject({ account_id: 'perp', position_mode: 'hedge', leverage: 5, margin_usd: 12.5, interval: '1h', market: 'perps', members: [{ name: 'Boss', provider: 'openai', model: 'gpt-5', system_prompt: 'Be brief.' }] });
    await make({ symbol: 'BTC/EUR', account: { balance: 500, max_leverage: 10 } });
    await make({ symbol: 'AAPL', account: { mode: 'spot', currency: 'EUR' } });
    expect(node.accounts.made.map(({ id: _id, ...terms }) => terms)).toEqual([
      { mode: 'perpetual', currency: 'USD', balance: 500, maxLeverage: 10 }, { mode: 'spot', currency: 'EUR', balance: 10_000, maxLeverage: 1 },
    ]);
  });

  it.each<[object, number, string, string]>([
    [{ name: 'with space' }, 400, 'VALIDATION_ERROR', 'name'], [{ name: 'x'.repeat(61) }, 400, 'VALIDATION_ERROR', 'name'], [{ name: undefined }, 400, 'VALIDATION_ERROR', 'name'],
    [{ symbol: 'DOGE' }, 404, 'UNKNOWN_SYMBOL', 'symbol'], [{ symbol: 'a b' }, 400, 'VALIDATION_ERROR', 'symbol'], [{ interval: '2h' }, 400, 'VALIDATION_ERROR', 'interval'],
    [{ leverage: 1.5 }, 400, 'VALIDATION_ERROR', 'leverage'], [{ leverage: 0 }, 400, 'VALIDATION_ERROR', 'leverage'], [{ leverage: '2' }, 400, 'VALIDATION_ERROR', 'leverage'],
    [{ leverage: 6, account_id: 'perp' }, 400, 'VALIDATION_ERROR', 'leverage'], [{ leverage: 2, account: { mode: 'spot' } }, 400, 'VALIDATION_ERROR', 'leverage'],
    [{ margin_usd: 0 }, 400, 'VALIDATION_ERROR', 'margin_usd'], [{ margin_usd: -5 }, 400, 'VALIDATION_ERROR', 'margin_usd'], [{ margin_usd: 'NaN' }, 400, 'VALIDATION_ERROR', 'margin_usd'],
    [{ position_mode: 'both' }, 400, 'VALIDATION_ERROR', 'position_mode'], [{ position_mode: 'hedge', account_id: 'main' }, 400, 'VALIDATION_ERROR', 'position_mode'],
    [{ account_id: 'none' }, 400, 'VALIDATION_ERROR', 'account_id'], [{ account_id: 'perp', account: {} }, 400, 'VALIDATION_ERROR', 'account'], [{ account: { balance: -1 } }, 400, 'VALIDATION_ERROR', 'account.balance'],
    [{ members: [{ name: 'A', role: 'group_leader' }, { name: 'B', role: 'group_leader' }] }, 400, 'VALIDATION_ERROR', 'role'],
    [{ members: [{ name: 'A', role: 'oracle' }] }, 400, 'VALIDATION_ERROR', 'role'], [{ members: [{ name: '', role: 'group_leader' }] }, 400, 'VALIDATION_ERROR', 'members[0].name'],
    [{ members: [{ name: 'A', role: 'group_leader' }, { name: 'A', role: 'news_analyst' }] }, 409, 'IDEMPOTENCY_CONFLICT', 'name'],
  ])('refuses %j with %d %s at %s', async (more, status, code, at) => {
    const before = node.accounts.made.length;
    const answer = await call('POST', '/api/groups', { name: name(), symbol: 'BTCUSDT', ...more });
    expect([answer.status, answer.body['code'], (answer.body['errors'] as Body[])[0]!['path']]).toEqual([status, code, at]);
    expect(node.accounts.made).toHaveLength(before);
  });

  it('lists newest first, in pages, also of one symbol', async () => {
    const [first, second, third] = [await make({ symbol: 'AAPL' }), await make(), await make({ symbol: 'AAPL' })];
    const page = await call('GET', '/api/groups?symbol=aapl&limit=1');
    expect([items(page), page.body['next']]).toEqual([[expect.objectContaining({ name: third['name'] })], third['group_id']]);
    const rest = await call('GET', `/api/groups?symbol=AAPL&limit=1&cursor=${String(page.body['next'])}`);
    expect(items(rest)[0]).toMatchObject({ name: first['name'] });
    expect(items(await call('GET', '/api/groups?limit=3')).map((each) => each['name'])).toEqual([third, second, first].map((each) => each['name']));
    expect((await call('GET', '/api/groups?cursor=x')).status).toBe(400);
  });

  it('changes what it is told to, and shows backlog and connection', async () => {
    const { name: named, group_id: id } = await make({ account_id: 'perp' });
    expect(await call('PATCH', `/api/groups/${String(id)}`, { leverage: 3, symbol: 'AAPL', margin_usd: null })).toMatchObject({ status: 200, body: { leverage: 3, symbol: 'AAPL', margin_usd: 100, backlog: 1 } });
    const at = Date.now();
    await db.kysely.updateTable('groups').set({ connection_id: 'c1', node: 'n1', connected_at: at, seen_at: at }).where('group_id', '=', String(id)).execute();
    expect((await call('GET', `/api/groups/${String(named)}`)).body).toMatchObject({ connected: true, connected_since: new Date(at).toISOString(), node: 'n1', last_decision_at: null });
    expect(await call('PATCH', `/api/groups/${String(named)}`, { symbol: 'DOGE' })).toMatchObject({ status: 404, body: { code: 'UNKNOWN_SYMBOL' } });
    expect(await call('PATCH', '/api/groups/none', { leverage: 3 })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('deletes softly and says what stays open; its name is free again', async () => {
    const { name: named, account_id: account } = await make();
    await db.kysely.insertInto('positions').values({ account_id: String(account), symbol: 'BTCUSDT', leg: 'net', side: 'short', quantity: '0.25', entry_price: '49000.5', leverage: 1, opened_at: 1, history: '{}' }).execute();
    const { status, body } = await call('DELETE', `/api/groups/${String(named)}`);
    expect([status, body]).toEqual([200, expect.objectContaining({ deleted: true, account_id: account, note: expect.stringContaining('1 open position'), open_positions: [{ symbol: 'BTCUSDT', leg: 'net', side: 'short', quantity: 0.25, entry_price: 49_000.5 }] })]);
    expect((await call('GET', `/api/groups/${String(named)}`)).status).toBe(404);
    expect((await call('POST', '/api/groups', { name: named, symbol: 'BTCUSDT' })).status).toBe(201);
  });

  it('replaces and revokes tokens', async () => {
    const { name: named, group_id: id, token: first } = await make();
    const second = await call('POST', `/api/groups/${String(named)}/token`);
    expect([second.status, second.body]).toEqual([201, { group_id: id, name: named, token: expect.stringMatching(/^cg_/) }]);
    expect(second.body['token']).not.toBe(first);
    expect((await call('DELETE', `/api/groups/${String(id)}/token`)).status).toBe(204);
    expect([(await call('GET', `/api/groups/${String(named)}`)).body['has_token'], node.revoked]).toEqual([false, [`group ${String(id)}`, `group ${String(id)}`]]);
  });

  it('needs read for reading and trade for everything else', async () => {
    const as = async (scope: string) => ({ url: guarded.url, headers: { authorization: `Bearer ${await token({ scope })}` } });
    const id = String((await make())['group_id']);
    const [read, trade] = [await as('read'), await as('trade')];
    for (const path of ['/api/groups', `/api/groups/${id}`, `/api/groups/${id}/members`, '/api/roles', '/api/triggers', '/api/events']) {
      expect([path, (await call('GET', path, undefined, read)).status]).toEqual([path, 200]);
      expect((await call('GET', path, undefined, { url: guarded.url, headers: {} })).status).toBe(401);
    }
    const writes = [
      ['POST', '/api/groups'], ['PATCH', `/api/groups/${id}`], ['DELETE', `/api/groups/${id}`], ['POST', `/api/groups/${id}/token`], ['DELETE', `/api/groups/${id}/token`],
      ['POST', `/api/groups/${id}/test-event`], ['POST', `/api/groups/${id}/members`], ['PATCH', `/api/groups/${id}/members/x`], ['DELETE', `/api/groups/${id}/members/x`],
      ['POST', '/api/roles'], ['PATCH', '/api/roles/x'], ['DELETE', '/api/roles/x'], ['POST', '/api/triggers'], ['PATCH', '/api/triggers/x'], ['DELETE', '/api/triggers/x'], ['POST', '/api/triggers/x/token'],
    ] as const;
    for (const [method, path] of writes) expect([method, path, (await call(method, path, {}, read)).status]).toEqual([method, path, 403]);
    expect((await call('PATCH', `/api/groups/${id}`, { margin_usd: 7 }, trade)).body).toMatchObject({ margin_usd: 7 });
  });
});

describe('/api/groups/{id}/members', () => {
  it('is built up step by step, and the group says what it misses', async () => {
    const named = String((await make({ members: [] }))['name']);
    const path = `/api/groups/${named}/members`;
    expect((await call('GET', `/api/groups/${named}`)).body).toMatchObject({ complete: false, missing: ['group_leader'], members: [] });
    const { status, body } = await call('POST', path, { name: 'Chartist', role: 'technical_analyst', model: 'gpt-5' });
    expect([status, body]).toEqual([201, expect.objectContaining({ name: 'Chartist', role: 'technical_analyst', provider: null, model: 'gpt-5', own_prompt: false, system_prompt: expect.stringContaining('You read the chart') })]);
    expect(await call('POST', path, { name: 'Chartist', role: 'news_analyst' })).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    expect(await call('PATCH', `${path}/Chartist`, { role: 'group_leader', model: null, system_prompt: 'Mine.' })).toMatchObject({ status: 200, body: { role: 'group_leader', model: null, own_prompt: true, system_prompt: 'Mine.' } });
    expect(await call('POST', path, { name: 'Second', role: 'group_leader' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR', detail: expect.stringContaining('Chartist') } });
    expect((await call('GET', `/api/groups/${named}`)).body).toMatchObject({ complete: true, missing: [] });
    expect(await call('PATCH', `${path}/Chartist`, { system_prompt: null })).toMatchObject({ body: { own_prompt: false, system_prompt: expect.stringContaining('You lead a trading group') } });
    expect(items(await call('GET', path))).toHaveLength(1);
    expect((await call('DELETE', `${path}/${String(body['member_id'])}`)).status).toBe(204);
    expect(await call('DELETE', `${path}/Chartist`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(node.dispatched.map(({ eventType }) => eventType)).toEqual(['config_update', 'config_update', 'config_update', 'config_update']);
  });

  it('has 20 at most', async () => {
    const members = Array.from({ length: 20 }, (_, at) => ({ name: `M${at}`, role: 'news_analyst' }));
    const named = String((await make({ members }))['name']);
    expect(await call('POST', `/api/groups/${named}/members`, { name: 'M', role: 'news_analyst' })).toMatchObject({ status: 400, body: { errors: [{ path: 'members' }] } });
  });
});

describe('/api/roles', () => {
  it('lists the built-in ones with their prompts, which stay', async () => {
    const listed = items(await call('GET', '/api/roles')).slice(0, 5);
    expect(listed.map(({ role, built_in }) => [role, built_in])).toEqual(['group_leader', 'technical_analyst', 'news_analyst', 'risk_analyst', 'experience_retriever'].map((role) => [role, true]));
    for (const { prompt } of listed) expect(String(prompt).length).toBeGreaterThan(400);
    expect(await call('PATCH', '/api/roles/group_leader', { prompt: 'x' })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await call('DELETE', '/api/roles/group_leader')).toMatchObject({ status: 403 });
    expect(await call('POST', '/api/roles', { role: 'group_leader', title: 'x', prompt: 'x' })).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
  });

  it('takes custom ones, and keeps them while members have them', async () => {
    const made = await call('POST', '/api/roles', { role: 'macro', title: 'Macro', prompt: 'You watch rates.' });
    expect(made).toMatchObject({ status: 201, body: { role: 'macro', built_in: false } });
    expect((await call('POST', '/api/roles', { role: 'macro', title: 'Macro', prompt: 'Other.' })).status).toBe(409);
    expect(await call('POST', '/api/roles', { role: 'Macro Man', title: '', prompt: '' })).toMatchObject({ status: 400, body: { errors: [{ path: 'role' }, { path: 'title' }, { path: 'prompt' }] } });
    const named = String((await make({ members: [{ name: 'M', role: 'macro' }] }))['name']);
    expect(await call('DELETE', '/api/roles/macro')).toMatchObject({ status: 409, body: { code: 'STATE_FORBIDS', detail: expect.stringContaining(named) } });
    expect(await call('PATCH', '/api/roles/macro', { prompt: 'You watch banks.' })).toMatchObject({ status: 200, body: { title: 'Macro', prompt: 'You watch banks.' } });
    expect((await call('GET', `/api/groups/${named}`)).body['members']).toMatchObject([{ role: 'macro', system_prompt: 'You watch banks.' }]);
    await call('DELETE', `/api/groups/${named}/members/M`);
    expect((await call('DELETE', '/api/roles/macro')).status).toBe(204);
    expect((await call('GET', '/api/roles/macro')).status).toBe(404);
  });
});

describe('/api/triggers', () => {
  it('shows a token or a secret once, by kind', async () => {
    const external = await call('POST', '/api/triggers', { name: name(), kind: 'external' });
    expect(external).toMatchObject({ status: 201, body: { kind: 'external', enabled: true, connected: false, config: { priority: 5 }, token: expect.stringMatching(/^ct_/) } });
    const hook = await call('POST', '/api/triggers', { name: name(), kind: 'webhook', config: { targets: ['g'] } });
    expect(hook.body).toMatchObject({ connected: null, path: `/api/hooks/${String(hook.body['name'])}`, secret: expect.stringMatching(/^cs_/) });
    const inside = await call('POST', '/api/triggers', { name: name(), kind: 'schedule', config: { targets: ['g'] }, enabled: false });
    expect(inside.body).toMatchObject({ enabled: false, connected: null });
    for (const { body } of [external, hook, inside]) expect(Object.keys((await call('GET', `/api/triggers/${String(body['name'])}`)).body)).toEqual(expect.not.arrayContaining(['token', 'secret', 'token_hash']));
    expect(Object.keys(inside.body)).toEqual(expect.not.arrayContaining(['token', 'secret']));
    expect(items(await call('GET', '/api/triggers?kind=webhook'))).toMatchObject([{ name: hook.body['name'] }]);
    expect(await call('POST', `/api/triggers/${String(hook.body['name'])}/token`)).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^cs_/) } });
    expect(await call('POST', `/api/triggers/${String(inside.body['trigger_id'])}/token`)).toMatchObject({ status: 409, body: { code: 'STATE_FORBIDS' } });
    expect((await call('DELETE', `/api/triggers/${String(external.body['name'])}`)).status).toBe(204);
  });

  it('refuses unknown kinds, wrong configurations and names that are taken', async () => {
    const { body } = await call('POST', '/api/triggers', { name: name(), kind: 'external' });
    expect(await call('POST', '/api/triggers', { name: body['name'], kind: 'external' })).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    expect(await call('POST', '/api/triggers', { name: name(), kind: 'moon' })).toMatchObject({ status: 400, body: { errors: [{ path: 'kind' }] } });
    expect(await call('POST', '/api/triggers', { name: name(), kind: 'feed', config: {} })).toMatchObject({ status: 400, body: { errors: [{ path: 'config.targets' }] } });
    expect(await call('PATCH', `/api/triggers/${String(body['name'])}`, { enabled: 'yes' })).toMatchObject({ status: 400, body: { errors: [{ path: 'enabled' }] } });
    expect(await call('PATCH', `/api/triggers/${String(body['name'])}`, { enabled: false, config: { note: 'x' } })).toMatchObject({ status: 200, body: { enabled: false, config: { note: 'x' } } });
  });

  it('each change is told to those who run them, and one that is disabled loses its connection', async () => {
    const { body } = await call('POST', '/api/triggers', { name: name(), kind: 'external' });
    expect(node.looks.count).toBe(1);
    await call('PATCH', `/api/triggers/${String(body['name'])}`, { enabled: false });
    expect([node.looks.count, node.revoked]).toEqual([2, [`trigger ${String(body['trigger_id'])}`]]);
    await call('DELETE', `/api/triggers/${String(body['name'])}`);
    expect(node.looks.count).toBe(3);
  });
});

describe('events', () => {
  it.each([['price_spike', 'TEST: BTCUSDT up 2.40 % within 300 s', { price: 50_000, from: { price: 48_828.1 } }], ['news', 'TEST: ', { symbols: ['BTCUSDT'], price: 50_000 }], ['signal', 'TEST: BUY BTCUSDT', { action: 'BUY', price: 50_000, target_price: 51_500, stop_loss: 49_250 }]] as const)(
    'test event %s is about the group\'s symbol at its price, and says that it is a test', async (preset, title, payload) => {
      const { name: named, group_id: id } = await make();
      const { status, body } = await call('POST', `/api/groups/${String(named)}/test-event`, { preset, priority: 9 });
      expect([status, body]).toEqual([201, { event_id: expect.any(String), dispatched_clients: 0 }]);
      const event = (await call('GET', `/api/events/${String(body['event_id'])}`)).body;
      expect(event).toMatchObject({
        id: body['event_id'], event_type: 'immediate', source_id: 'conclave', origin: 'server', priority: 9, targets: [named], tags: ['test', preset, 'BTCUSDT'], correlation_id: body['event_id'],
        condition: { trace: { correlation_id: body['event_id'] } }, title: expect.stringContaining(title), deliveries: [{ group_id: id, group_name: named, priority: 9, settled_at: null }],
      });
      expect(JSON.parse(String(event['payload']))).toMatchObject({ test: true, symbol: 'BTCUSDT', simulated: true, timestamp: '2026-01-05T12:00:00.000Z', ...payload });
    });

  it('refuses presets that there are not, priorities beyond 10, and symbols without a price', async () => {
    const named = String((await make({ symbol: 'AAPL' }))['name']);
    const path = `/api/groups/${named}/test-event`;
    expect(await call('POST', path, { preset: 'moon' })).toMatchObject({ status: 400, body: { errors: [{ path: 'preset' }] } });
    expect(await call('POST', path, { preset: 'news', priority: 11 })).toMatchObject({ status: 400, body: { errors: [{ path: 'priority' }] } });
    expect(await call('POST', path, { preset: 'news' })).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
    expect(node.dispatched).toEqual([]);
  });

  it('are listed newest first, by source, type, group and correlation', async () => {
    const [one, two] = [String((await make())['name']), String((await make())['name'])];
    const sent: string[] = [];
    for (const group of [one, two, one]) sent.push(String((await call('POST', `/api/groups/${group}/test-event`, { preset: 'news' })).body['event_id']));
    const listed = async (query: string): Promise<unknown[]> => items(await call('GET', `/api/events?${query}`)).map(({ id }) => id);
    expect(await listed(`group=${one}`)).toEqual([sent[2], sent[0]]);
    expect(await listed('limit=2&source=conclave&type=immediate')).toEqual([sent[2], sent[1]]);
    expect(await listed(`correlation_id=${sent[1]}`)).toEqual([sent[1]]);
    expect(await listed(`group=${one}&limit=1&cursor=${sent[2]}`)).toEqual([sent[0]]);
    expect(await listed('type=post_trade')).toEqual([]);
    expect((await call('GET', '/api/events?group=nobody')).status).toBe(404);
    expect((await call('GET', '/api/events/nothing')).status).toBe(400);
  });
});
