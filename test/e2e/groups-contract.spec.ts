import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventClient, type EventFrame } from '../support/event-client.js';
import { newGroup, rest, type Body, type NewGroup } from '../support/group-admin.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

/** Prices of the simulated feed; the paper broker fills within its next ticks. */
let server: TestServer;
let count = 0;
const open: EventClient[] = [];

beforeAll(async () => {
  server = await startServer({ SYMBOLS: 'BTCUSDT,ETHUSDT,AAPL' });
  // what is traded on is at most 15 s old
  await until(async () => (await rest(server, 'GET', '/api/market/prices') as Body[]).filter(({ timestamp }) => Date.now() - Date.parse(timestamp as string) < 5000).length === 3, 'prices');
});
afterAll(async () => {
  for (const client of open) client.close();
  await cleanUp();
});

interface Desk extends NewGroup {
  readonly name: string;
  readonly client: EventClient;
}

async function desk(more: object = {}, at: TestServer = server): Promise<Desk> {
  const name = `desk_${++count}`;
  // room for a few orders under the limit of a position, whatever the price
  const group = await newGroup(at, name, 'account_id' in more ? more : { account: { balance: 100_000 }, ...more });
  return { ...group, name, client: await joined(group.token, at) };
}

async function joined(token: string, at: TestServer = server): Promise<EventClient> {
  const client = await EventClient.group(at.ws, token, (frame, self) => {
    if (frame['type'] === 'event' || frame['kind'] === 'event') self.send({ type: 'ack', id: frame['id'] });
  });
  open.push(client);
  return client;
}

async function trigger(): Promise<{ client: EventClient; name: string; id: string }> {
  const name = `monitor_${++count}`;
  const made = await rest(server, 'POST', '/api/triggers', { name, kind: 'external', config: {} });
  const client = await EventClient.connect(server.ws, `trigger_token=${made.token}`);
  open.push(client);
  return { client, name, id: made.trigger_id };
}

interface Post {
  readonly correlation?: string;
  readonly key?: string;
  readonly payload?: object;
  readonly frame?: object;
}
const tradeFrame = (signal: object, { correlation, key, payload = {}, frame = {} }: Post = {}): object => ({
  type: 'event', event_type: 'post_trade', priority: 7, targets: ['trade_execution'], title: 'decision ready',
  payload: JSON.stringify({ source_id: 'a_label', symbol: 'BTCUSDT', signal, ...payload }),
  condition: { domain: 'trade_decision', trace: { ...(correlation !== undefined && { correlation_id: correlation }), ...(key !== undefined && { idempotency_key: key }) } }, ...frame,
});
const eventFrame = (target: string, more: object = {}): object => ({ type: 'event', event_type: 'immediate', priority: 7, targets: [target], title: 'BTC dumps after CPI data', payload: 'as it is', tags: ['btc', 'cpi'], ...more });
const updates = ({ client }: Desk): Body[] => client.events.filter(({ event_type: type }) => type === 'order_update').map(({ payload }) => JSON.parse(payload as string) as Body);
const filledOf = (group: Desk, orderId: string): Promise<Body> => until(() => updates(group).find(({ order_id: id, status }) => id === orderId && status === 'filled'), `the fill of ${orderId}`);
const positions = async ({ account_id: account }: NewGroup): Promise<Body[]> => (await rest(server, 'GET', `/api/positions?account=${account}`)).items as Body[];
const orders = async ({ account_id: account }: NewGroup): Promise<Body[]> => (await rest(server, 'GET', `/api/orders?account=${account}`)).items as Body[];
const sides = async (group: NewGroup): Promise<string[]> => (await positions(group)).map(({ side }) => String(side).toLowerCase()).sort();
async function filled(group: Desk, signal: object, post: Post = {}): Promise<Body> {
  const answer = await group.client.ask(tradeFrame(signal, post));
  expect(answer).toEqual(expect.objectContaining({ type: 'ack', ok: true, message: 'accepted', id: expect.any(String), order_id: expect.any(String), status: expect.any(String) }));
  return filledOf(group, answer['order_id'] as string);
}

describe('at the door', () => {
  it.each([['no token', ''], ['a wrong group token', 'trading_group_token=cg_wrong'], ['a wrong trigger token', 'trigger_token=ct_wrong'], ['an empty token', 'trading_group_token=']])('%s closes with 1008, after saying why', async (_what, query) => {
    const client = await EventClient.connect(server.ws, query);
    expect((await client.end()).code).toBe(1008);
    expect(client.frames).toEqual([expect.objectContaining({ type: 'ack', ok: false, detail: [expect.objectContaining({ message: expect.any(String) })] })]);
  });

  it('both tokens close with 1008, although each is good; so does a trigger\'s as a group\'s', async () => {
    const group = await newGroup(server, `desk_${++count}`);
    const { token } = await rest(server, 'POST', '/api/triggers', { name: `monitor_${++count}`, kind: 'external', config: {} });
    expect((await (await EventClient.connect(server.ws, `trading_group_token=${group.token}&trigger_token=${token}`)).end()).code).toBe(1008);
    expect((await (await EventClient.connect(server.ws, `trading_group_token=${token}`)).end()).code).toBe(1008);
    expect((await (await EventClient.connect(server.ws, `trigger_token=${group.token}`)).end()).code).toBe(1008);
  });

  it('the first frame is the ack with the whole configuration', async () => {
    const { client, name, group_id: id } = await desk({ leverage: 3, margin_usd: 75, interval: '15m' });
    expect(client.frames[0]).toEqual({
      type: 'ack', ok: true, message: 'connected', client_id: expect.any(String), subscriptions: [name],
      config: {
        group_id: id, group_name: name, market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 3, margin_usd: 75, position_mode: 'oneway', account_id: expect.any(String),
        members: expect.arrayContaining([{ member_id: expect.any(String), name: expect.any(String), role: 'group_leader', provider: null, model: null, system_prompt: expect.any(String) }]),
      },
    });
  });

  it('a token that connects again takes over: 1008 REPLACED', async () => {
    const { client, token } = await desk();
    const second = await joined(token);
    expect(await client.end()).toEqual({ code: 1008, reason: 'REPLACED' });
    expect(second.frames[0]).toMatchObject({ ok: true });
  });

  it('a token that is rotated or revoked is closed, and is good for nothing from then on', async () => {
    const { client, token, group_id: id } = await desk();
    const { token: fresh } = await rest(server, 'POST', `/api/groups/${id}/token`);
    expect(await client.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
    expect((await (await EventClient.group(server.ws, token)).end()).code).toBe(1008);
    const second = await joined(fresh);
    expect((await fetch(`${server.url}/api/groups/${id}/token`, { method: 'DELETE' })).status).toBe(204);
    expect(await second.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
  });
});

describe('a post_trade that is refused is not traded', () => {
  let group: Desk;
  let other: NewGroup;
  beforeAll(async () => {
    group = await desk();
    other = await newGroup(server, 'the_other');
  });

  const LONG = { action: 'LONG', qty: 0, margin_usd: 50 };
  it.each<[string, () => object, string[]]>([
    ['no domain', () => tradeFrame(LONG, { frame: { condition: { trace: { correlation_id: 'c' } } } }), ['condition.domain']],
    ['no condition', () => tradeFrame(LONG, { frame: { condition: undefined } }), ['condition.domain']],
    ['another domain', () => tradeFrame(LONG, { frame: { condition: { domain: 'elsewhere' } } }), ['condition.domain']],
    ['an object as payload in the old form', () => tradeFrame(LONG, { frame: { payload: { symbol: 'BTCUSDT', signal: LONG } } }), ['payload']],
    ['no payload', () => tradeFrame(LONG, { frame: { payload: undefined } }), ['payload']],
    ['a payload that is no JSON', () => tradeFrame(LONG, { frame: { payload: '{symbol: BTCUSDT}' } }), ['payload']],
    ['a payload that is a list', () => tradeFrame(LONG, { frame: { payload: '[1]' } }), ['payload']],
    ['an unknown symbol', () => tradeFrame(LONG, { payload: { symbol: 'NOSUCH' } }), ['payload.symbol']],
    ['no symbol', () => tradeFrame(LONG, { payload: { symbol: undefined } }), ['payload.symbol']],
    ['a negative margin', () => tradeFrame({ ...LONG, margin_usd: -50 }), ['payload.signal.margin_usd']],
    ['a qty that is NaN', () => tradeFrame(LONG, { frame: { payload: '{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":NaN}}' } }), ['payload']],
    ['a qty that is beyond numbers', () => tradeFrame(LONG, { frame: { payload: '{"symbol":"BTCUSDT","signal":{"action":"LONG","qty":1e999}}' } }), ['payload.signal.qty']],
    ['a qty that is a word', () => tradeFrame({ ...LONG, qty: 'NaN' }), ['payload.signal.qty']],
    ['a negative qty', () => tradeFrame({ ...LONG, qty: -1 }), ['payload.signal.qty']],
    ['an action that there is not', () => tradeFrame({ ...LONG, action: 'HODL' }), ['payload.signal.action']],
    ['no signal', () => tradeFrame(LONG, { payload: { signal: undefined } }), ['payload.signal']],
    ['leverage above the group\'s', () => tradeFrame({ ...LONG, leverage: 3 }), ['payload.signal.leverage']],
    ['another group\'s name as source_id', () => tradeFrame(LONG, { payload: { source_id: 'the_other' } }), ['payload.source_id']],
    ['another group\'s id as source_id', () => tradeFrame(LONG, { payload: { source_id: other.group_id } }), ['payload.source_id']],
    ['priority 11', () => tradeFrame(LONG, { frame: { priority: 11 } }), ['priority']],
    ['an event that is no decision', () => tradeFrame(LONG, { frame: { event_type: 'immediate' } }), ['event_type']],
    ['all of it at once', () => tradeFrame({ action: 'UP', qty: -1, margin_usd: 'x' }, { payload: { symbol: 'NOSUCH', source_id: 'the_other' }, frame: { priority: 0, condition: {} } }),
      ['condition.domain', 'payload.signal.action', 'payload.signal.margin_usd', 'payload.signal.qty', 'payload.source_id', 'payload.symbol', 'priority']],
  ])('%s', async (_what, frame, paths) => {
    const answer = await group.client.ask(frame());
    expect(answer).toMatchObject({ type: 'ack', ok: false, message: 'validation_error' });
    expect((answer['detail'] as Body[]).map(({ path }) => path as string).sort()).toEqual(paths);
    for (const { message } of answer['detail'] as Body[]) expect(message).toEqual(expect.any(String));
  });

  it('nothing came of any of it', async () => {
    expect(await orders(group)).toEqual([]);
    expect((await rest(server, 'GET', `/api/events?type=post_trade&group=${group.group_id}`)).items).toEqual([]);
    expect(updates(group)).toEqual([]);
  });

  it('one from a trigger is forbidden_event, in either form', async () => {
    const { client } = await trigger();
    expect(await client.ask(tradeFrame(LONG))).toMatchObject({ type: 'ack', ok: false, message: 'forbidden_event' });
    expect(await client.ask({ ...tradeFrame(LONG), type: undefined, event_type: undefined, kind: 'event', category: 'decision' })).toMatchObject({ kind: 'ack', ok: false, message: 'forbidden_event' });
  });

  it('where nothing is traded a group cannot be made, and one that there is hears why', async () => {
    const DATA_DIR = await freshDataDir();
    const before = await startServer({ SYMBOLS: 'BTCUSDT', DATA_DIR });
    const { token, group_id: id } = await newGroup(before, 'idle');
    await before.stop();
    const off = await startServer({ SYMBOLS: 'BTCUSDT', DATA_DIR, TRADING: 'off' });
    const made = await fetch(`${off.url}/api/groups`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'another', symbol: 'BTCUSDT' }) });
    expect([made.status, await made.json()]).toEqual([409, expect.objectContaining({ code: 'STATE_FORBIDS', detail: expect.stringContaining('TRADING=off') })]);
    const client = await joined(token, off);
    expect(await client.ask(tradeFrame(LONG))).toMatchObject({ type: 'ack', ok: false, message: 'NOT_FOUND', retryable: false, detail: [{ message: expect.stringContaining('TRADING=off') }] });
    expect((await rest(off, 'GET', `/api/events?type=post_trade&group=${id}`)).items).toEqual([]);
    await off.stop();
  });
});

describe('frames', () => {
  it.each([['no JSON', '{', 'BAD_JSON'], ['a list', '[]', 'validation_error'], ['another type', '{"type":"subscribe"}', 'UNKNOWN_TYPE']])('%s is answered, and the connection stays', async (_what, frame, message) => {
    const { client } = await desk();
    expect(await client.ask(frame)).toMatchObject({ type: 'ack', ok: false, message });
    expect(await client.ask({ type: 'ping' })).toMatchObject({ ok: true });
  });

  it('one over 64 KiB closes with 1009, and one just below is taken', async () => {
    const { client, name } = await desk();
    const { client: sender } = await trigger();
    expect(await sender.ask(eventFrame(name, { payload: 'x'.repeat(64 * 1024 - 400) }))).toMatchObject({ ok: true, message: 'accepted' });
    await client.until(() => client.events.length === 1);
    sender.send(eventFrame(name, { payload: 'x'.repeat(64 * 1024) }));
    expect((await sender.end()).code).toBe(1009);
    expect(client.events).toHaveLength(1);
  });

  it('more than 50 a second are RATE_LIMITED, and then close with 4429; acks of events that are due count for nothing', async () => {
    const { client, name } = await desk();
    const { client: sender } = await trigger();
    for (let at = 0; at < 90; at += 1) sender.send(eventFrame(name, { title: `event ${at}` }));
    await client.until(() => client.events.length === 90); // each was acked
    const here = client.frames.length;
    for (let at = 0; at < 95; at += 1) client.send({ type: 'ping' });
    await client.until(() => client.frames.length === here + 95);
    expect(client.frames.slice(here).filter(({ ok }) => ok !== true)).toEqual([]);
    for (let at = 0; at < 300; at += 1) client.send({ type: 'ping' });
    expect((await client.end()).code).toBe(4429);
    expect(client.frames.find(({ message }) => message === 'RATE_LIMITED')).toMatchObject({ type: 'ack', ok: false, retryable: true, retry_after_ms: expect.any(Number) });
  });
});

describe('events', () => {
  it('of a trigger get their id and source from the server, and the sender hears how many have them', async () => {
    const [one, two] = [await desk(), await desk()];
    const { client, name } = await trigger();
    const answer = await client.ask(eventFrame(one.name, { targets: [one.name, two.name, one.name, 'nobody'], id: 'mine', source_id: 'forged' }));
    expect(answer).toMatchObject({ type: 'ack', ok: true, message: 'accepted', id: expect.not.stringMatching('mine'), dispatched_clients: 2 });
    for (const { client: each } of [one, two]) {
      await each.until(() => each.events.length > 0);
      expect(each.events).toEqual([expect.objectContaining({
        type: 'event', event_type: 'immediate', id: answer['id'], source_id: name, priority: 7, targets: expect.arrayContaining([one.name, two.name]), title: 'BTC dumps after CPI data', payload: 'as it is', tags: ['btc', 'cpi'],
      })]);
    }
    expect(await rest(server, 'GET', `/api/events/${answer['id']}`)).toMatchObject({ id: answer['id'], source_id: name });
  });

  it('are validated, every flaw with its path', async () => {
    const { client } = await trigger();
    const answer = await client.ask({ type: 'event', event_type: 'Not So', priority: 11, targets: [], title: '', payload: {}, tags: [1] });
    expect(answer).toMatchObject({ type: 'ack', ok: false, message: 'validation_error' });
    expect((answer['detail'] as Body[]).map(({ path }) => path as string).sort()).toEqual(['event_type', 'payload', 'priority', 'tags[0]', 'targets', 'title']);
  });

  it('that were not settled come again, higher priority first and then the oldest, under their ids; settled ones do not', async () => {
    const group = await newGroup(server, `desk_${++count}`);
    const name = `desk_${count}`;
    const { client: sender } = await trigger();
    const ids: string[] = [];
    for (const priority of [5, 1, 10, 5, 10]) ids.push((await sender.ask(eventFrame(name, { priority, title: `p${priority}` })))['id'] as string);
    const order = [2, 4, 0, 3, 1].map((at) => ids[at]);
    const first = await EventClient.group(server.ws, group.token);
    await first.until(() => first.events.length === 5);
    expect(first.events.map(({ id }) => id as string)).toEqual(order);
    first.send({ type: 'ack', id: ids[2] });
    first.send({ type: 'ack', id: ids[1] });
    await until(async () => (await rest(server, 'GET', `/api/groups/${group.group_id}`)).backlog === 3, 'two settled');
    first.kill();
    const second = await EventClient.group(server.ws, group.token);
    open.push(second);
    await second.until(() => second.events.length >= 3);
    expect(second.events.map(({ id }) => id as string)).toEqual([ids[4], ids[0], ids[3]]);
  });

  it('of a group that never acks are settled by the write that was flushed', async () => {
    const group = await newGroup(server, `desk_${++count}`);
    const name = `desk_${count}`;
    const { client: sender } = await trigger();
    const first = await EventClient.group(server.ws, group.token);
    await sender.ask(eventFrame(name));
    await first.until(() => first.events.length === 1);
    await until(async () => (await rest(server, 'GET', `/api/groups/${group.group_id}`)).backlog === 0, 'it is settled');
    first.close();
    await first.end();
    await sender.ask(eventFrame(name, { title: 'later' }));
    const second = await EventClient.group(server.ws, group.token);
    open.push(second);
    await second.until(() => second.events.length > 0);
    expect(second.events.map(({ title }) => title as string)).toEqual(['later']);
  });

  it.each(['price_spike', 'news', 'signal'])('the test event %s reaches the group', async (preset) => {
    const { client, group_id: id } = await desk();
    const { event_id: eventId } = await rest(server, 'POST', `/api/groups/${id}/test-event`, { preset });
    await client.until(() => client.events.length === 1);
    expect(client.events[0]).toMatchObject({ type: 'event', event_type: 'immediate', id: eventId, title: expect.stringMatching(/^TEST:/) });
    expect(JSON.parse(client.events[0]!['payload'] as string)).toMatchObject({ test: true });
  });

  it('a change comes as config_update with the ack\'s config', async () => {
    const { client, group_id: id, name } = await desk();
    const patched = await fetch(`${server.url}/api/groups/${id}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ margin_usd: 123, interval: '1h' }) });
    expect(patched.status).toBe(200);
    await client.until(() => client.events.length === 1);
    expect(client.events[0]).toMatchObject({ event_type: 'config_update', targets: [name] });
    expect(JSON.parse(client.events[0]!['payload'] as string)).toEqual({ ...client.frames[0]!['config'], margin_usd: 123, interval: '1h' });
  });
});

describe('logs', () => {
  it('a discussion is a row, in REST and in the trace; another code goes to the event log', async () => {
    const { client, group_id: id } = await desk();
    const detail = { group_id: id, correlation_id: `talk-${id}`, member_opinions: [{ name: 'Chart', role: 'technical_analyst', signal: 'BUY', confidence: 0.7 }], decision: { action: 'NO_TRADE', confidence: 0.4 } };
    const log = { type: 'system', level: 'info', code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'discussion completed', detail };
    expect(await client.ask(log)).toMatchObject({ type: 'ack', ok: true, message: 'logged' });
    expect((await rest(server, 'GET', `/api/groups/${id}/discussions`)).items).toEqual([expect.objectContaining({ group_id: id, correlation_id: `talk-${id}`, message: 'discussion completed', member_opinions: detail.member_opinions, decision: detail.decision })]);
    expect((await rest(server, 'GET', `/api/trace/talk-${id}`)).discussions).toHaveLength(1);
    expect(await client.ask({ type: 'system', level: 'warn', code: 'MY_OWN', message: 'so it is', detail: { a: 1 } })).toMatchObject({ ok: true, message: 'logged' });
    expect((await rest(server, 'GET', `/api/events?type=system&group=${id}`)).items).toEqual([expect.objectContaining({ title: 'MY_OWN' })]);
    expect((await rest(server, 'GET', `/api/groups/${id}/discussions`)).items).toHaveLength(1);
  });

  it('is refused with paths, and where it is of another group', async () => {
    const { client } = await desk();
    const other = await newGroup(server, `desk_${++count}`);
    expect(await client.ask({ type: 'system', code: 'TRADING_GROUP_DISCUSSION_LOG', detail: { member_opinions: 'none', decision: 3 } }))
      .toMatchObject({ ok: false, message: 'validation_error', detail: [{ path: 'detail.member_opinions' }, { path: 'detail.decision' }] });
    expect(await client.ask({ type: 'system', code: 'TRADING_GROUP_DISCUSSION_LOG', detail: { group_id: other.group_id } })).toMatchObject({ ok: false, detail: [{ path: 'detail.group_id' }] });
    expect((await rest(server, 'GET', `/api/groups/${other.group_id}/discussions`)).items).toEqual([]);
  });
});

describe('what is accepted is traded', () => {
  it('every change comes as order_update with the correlation_id, after the answer; exits too', async () => {
    const group = await desk();
    const answer = await group.client.ask(tradeFrame({ action: 'LONG', qty: 0.001 }, { correlation: 'c-1' }));
    expect(answer).toEqual(expect.objectContaining({ type: 'ack', ok: true, message: 'accepted', id: expect.any(String), order_id: expect.any(String), status: expect.any(String) }));
    const last = await filledOf(group, answer['order_id'] as string);
    expect(last).toEqual({ order_id: answer['order_id'], correlation_id: 'c-1', symbol: 'BTCUSDT', side: 'buy', quantity: 0.001, filled_quantity: 0.001, average_price: expect.any(Number), status: 'filled' });
    const all = updates(group);
    expect(all[0]).toMatchObject({ status: 'submitted', filled_quantity: 0, average_price: null });
    expect(all.every(({ correlation_id: of }) => of === 'c-1')).toBe(true);
    const frames = group.client.frames;
    expect(frames.indexOf(answer)).toBeLessThan(frames.findIndex(({ event_type: type }) => type === 'order_update'));
    // a target and a stop just beside the price: one is reached soon: what closes the position is told under what opened it
    const entry = await until(async () => {
      const [{ price }] = await rest(server, 'GET', '/api/market/prices?symbols=BTCUSDT') as [Body];
      const guarded = await group.client.ask(tradeFrame({ action: 'LONG', qty: 0.001, target_price: Math.ceil(price * 1.0002), stop_loss: Math.floor(price * 0.9998) }, { correlation: 'c-2' }));
      return guarded['order_id'] === null ? undefined : guarded; // the price was beyond one already
    }, 'an entry with levels');
    await until(async () => (await positions(group)).length === 0, 'the target or the stop');
    // a tenth of what is traded is filled at once: it may take several orders
    const sold = (): number => [...new Map(updates(group).filter(({ side }) => side === 'sell').map((update) => [update.order_id, update.filled_quantity as number])).values()].reduce((sum, each) => sum + each, 0);
    await until(() => Math.abs(sold() - 0.002) < 1e-9, 'all of it is told');
    expect(new Set(updates(group).map(({ side, correlation_id: of }) => `${String(side)} ${String(of)}`))).toEqual(new Set(['buy c-1', 'buy c-2', 'sell c-2']));
    expect(entry['order_id']).not.toBe(last.order_id);
    expect((await rest(server, 'GET', '/api/trace/c-2')).orders.map(({ status }: Body) => status)).toContain('filled');
  });

  it('what a gate refuses is accepted, and the update has the gate: SHORT on a spot account', async () => {
    const group = await desk({ account: { mode: 'spot', balance: 10_000 }, leverage: 1 });
    const answer = await group.client.ask(tradeFrame({ action: 'SHORT', qty: 0.001 }, { correlation: 'spot' }));
    expect(answer).toMatchObject({ ok: true, message: 'accepted', order_id: null, status: 'refused', gate: { code: expect.any(String), detail: expect.any(String) } });
    await until(() => updates(group).length > 0, 'its update');
    expect(updates(group)).toEqual([expect.objectContaining({ order_id: null, correlation_id: 'spot', status: 'refused', gate: answer['gate'] })]);
    const main = await desk({ account_id: 'main', leverage: 1, symbol: 'AAPL' });
    expect(await main.client.ask(tradeFrame({ action: 'SHORT', qty: 1 }, { payload: { symbol: 'AAPL' } }))).toMatchObject({ ok: true, status: 'refused', gate: { code: expect.any(String) } });
  });

  it('is traded also where the client closes right after sending', async () => {
    const { client, ...group } = await desk();
    client.send(tradeFrame({ action: 'LONG', qty: 0.001 }, { correlation: 'gone' }));
    client.close();
    await until(async () => (await sides(group)).length === 1, 'its position');
  });

  it('oneway: LONG adds, SHORT closes and opens after that fill, CLOSE takes no more than there is', async () => {
    const group = await desk();
    await filled(group, { action: 'LONG', qty: 0.001 });
    await filled(group, { action: 'LONG', qty: 0.002 });
    expect(await positions(group)).toEqual([expect.objectContaining({ quantity: 0.003 })]);
    await group.client.ask(tradeFrame({ action: 'SHORT', qty: 0.002 }, { correlation: 'turn' }));
    await until(async () => (await sides(group))[0] === 'short', 'the other side');
    const turned = await until(() => {
      const found = updates(group).filter(({ correlation_id: of, status }) => of === 'turn' && status === 'filled');
      return found.length === 2 ? found : undefined;
    }, 'both halves');
    expect(turned.map(({ side, filled_quantity: quantity }) => [side, quantity])).toEqual([['sell', 0.003], ['sell', 0.002]]);
    await filled(group, { action: 'CLOSE', qty: 99 });
    expect(await positions(group)).toEqual([]);
    expect(await group.client.ask(tradeFrame({ action: 'CLOSE' }))).toMatchObject({ ok: true, status: 'refused', order_id: null });
  });

  it('hedge: legs of their own; CLOSE takes a side, and both where none is said', async () => {
    const group = await desk({ position_mode: 'hedge' });
    await filled(group, { action: 'LONG', qty: 0.001 });
    await filled(group, { action: 'SHORT', qty: 0.002 });
    expect(await sides(group)).toEqual(['long', 'short']);
    await filled(group, { action: 'CLOSE', side: 'long' });
    expect(await sides(group)).toEqual(['short']);
    await filled(group, { action: 'LONG', qty: 0.001 });
    await group.client.ask(tradeFrame({ action: 'CLOSE' }));
    await until(async () => (await sides(group)).length === 0, 'both closed');
  });

  it('its lesson comes with later events as experiences', async () => {
    const group = await desk();
    await filled(group, { action: 'LONG', qty: 0.001 }, { correlation: `lesson-${group.group_id}` });
    await filled(group, { action: 'CLOSE' });
    await until(async () => (await rest(server, 'GET', `/api/trace/lesson-${group.group_id}`)).lessons.length === 1, 'the lesson');
    const experienced = async (): Promise<EventFrame | undefined> => {
      const { event_id: id } = await rest(server, 'POST', `/api/groups/${group.group_id}/test-event`, { preset: 'price_spike' });
      return until(() => group.client.events.find((event) => event['id'] === id), 'the event');
    };
    const event = await until(async () => { const got = await experienced(); return got?.['experiences'] ? got : undefined; }, 'an event with experiences');
    expect(event['experiences']).toEqual([{ id: expect.any(String), lesson: expect.any(String), outcome_return: expect.any(Number) }]);
  });
});

describe('once', () => {
  it('the same post_trade 50 times at once over reconnects is one order', async () => {
    const { client, ...group } = await desk();
    const frame = tradeFrame({ action: 'LONG', qty: 0.001 }, { correlation: 'fifty' });
    const answers: EventFrame[] = [];
    for (let at = 0; at < 10; at += 1) {
      const each = at === 0 ? client : await joined(group.token);
      each.onFrame = (got) => { if (got['message'] === 'accepted') answers.push(got); };
      for (let times = 0; times < 5; times += 1) each.send(frame);
    }
    await until(() => answers.length >= 5, 'the last five answers');
    expect(new Set(answers.map(({ order_id: id }) => id as string)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => duplicate !== true).length).toBeLessThanOrEqual(1);
    expect((await orders(group)).map(({ order_id: id }) => id as string)).toEqual([answers[0]!['order_id']]);
    expect((await rest(server, 'GET', `/api/events?type=post_trade&group=${group.group_id}`)).items).toHaveLength(1);
  });

  it('an explicit key: the repeat has the first order, another payload is IDEMPOTENCY_CONFLICT', async () => {
    const group = await desk();
    const first = await group.client.ask(tradeFrame({ action: 'LONG', qty: 0.001 }, { key: 'k' }));
    expect(await group.client.ask(tradeFrame({ action: 'LONG', qty: 0.001 }, { key: 'k', correlation: 'another' }))).toMatchObject({ ok: true, duplicate: true, order_id: first['order_id'], id: first['id'] });
    expect(await group.client.ask(tradeFrame({ action: 'LONG', qty: 0.002 }, { key: 'k' }))).toMatchObject({ ok: false, message: 'IDEMPOTENCY_CONFLICT', retryable: false });
    expect(await orders(group)).toHaveLength(1);
  });

  it('an OPEN and a later CLOSE under one hard-coded correlation_id are two; that CLOSE again is a repeat; the next round is traded', async () => {
    const group = await desk();
    const once = { correlation: 'hard-coded' };
    await filled(group, { action: 'LONG', qty: 0.001 }, once);
    const close = await filled(group, { action: 'CLOSE' }, once);
    expect((await orders(group)).map(({ side }) => side as string).sort()).toEqual(['buy', 'sell']);
    expect(await group.client.ask(tradeFrame({ action: 'CLOSE' }, once))).toMatchObject({ ok: true, duplicate: true, order_id: close.order_id });
    await filled(group, { action: 'LONG', qty: 0.002 }, once);
    const next = await filled(group, { action: 'CLOSE' }, once);
    expect(next.order_id).not.toBe(close.order_id);
    expect(await positions(group)).toEqual([]);
  });
});

describe('the newer form', () => {
  it('is answered in kind: decisions with an object as payload, logs, and events', async () => {
    const group = await desk();
    const decision = { kind: 'event', category: 'decision', title: 'd', targets: [], payload: { symbol: 'BTCUSDT', signal: { action: 'LONG', qty: 0.001 } }, condition: { domain: 'trade_decision', trace: { correlation_id: 'newer' } } };
    const answer = await group.client.ask(decision);
    expect(answer).toMatchObject({ kind: 'ack', ok: true, message: 'accepted', order_id: expect.any(String) });
    expect(answer).not.toHaveProperty('type');
    const update = await until(() => group.client.events.find(({ kind, category }) => kind === 'event' && category === 'order_update'), 'its update');
    expect(update['payload']).toMatchObject({ order_id: answer['order_id'], correlation_id: 'newer' });
    expect(await group.client.ask({ kind: 'log', level: 'info', code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'm', detail: { member_opinions: [], decision: {} } })).toMatchObject({ kind: 'ack', ok: true, message: 'logged' });
    expect(await group.client.ask({ ...decision, condition: {}, payload: { signal: {} } })).toMatchObject({ kind: 'ack', ok: false, message: 'validation_error' });
    const { client: sender } = await trigger();
    expect(await sender.ask({ kind: 'event', category: 'signal', targets: [group.name], title: 't', payload: { a: 1 } })).toMatchObject({ kind: 'ack', ok: true, dispatched_clients: 1 });
    const event = await until(() => group.client.events.find(({ category }) => category === 'signal'), 'the event');
    expect(event).toMatchObject({ kind: 'event', payload: { a: 1 } });
    expect(event).not.toHaveProperty('event_type');
  });
});
