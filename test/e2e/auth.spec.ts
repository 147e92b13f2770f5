import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { answerOf, posted } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import type { ConnectError } from '../support/socketio-client.js';
import { SECRET, token } from '../support/tokens.js';
import { ending, terminalClose, TRANSPORTS, type Client, type Ending, type Introduction, type Transport } from '../support/transports.js';

const now = (): number => Math.floor(Date.now() / 1000);

let server: TestServer;
/** Those who never say who they are; they have 10 s. */
let silent: Promise<{ since: number; one: Client; end: Promise<Ending> }[]>;

beforeAll(async () => {
  server = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET, LOG_LEVEL: 'info', SYMBOLS: 'AAPL,NVDA', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' });
  silent = Promise.all(TRANSPORTS.map(async ({ connect }) => {
    const one = await connect(server);
    return { since: performance.now(), one, end: ending(one) };
  }));
});
afterAll(cleanUp);

/** The refusal of a connection that is refused at once. */
async function refusedConnection({ connect, name }: Transport, as: Introduction): Promise<Record<string, unknown>> {
  if (name !== 'a raw WebSocket') return connect(server, as).then(() => Promise.reject(new Error('was let in')), (error: ConnectError) => error.data ?? {});
  const one = await connect(server, as);
  const { code, retryable, close } = await ending(one);
  expect(close).toBe(4401);
  return { code, retryable };
}

describe.each(TRANSPORTS)('over $name', (transport) => {
  const { connect } = transport;
  const open: Client[] = [];
  const client = async (as?: Introduction): Promise<Client> => {
    const fresh = await connect(server, as);
    open.push(fresh);
    return fresh;
  };
  afterAll(() => open.forEach((one) => one.close()));
  const code = async (asked: Promise<{ type: string; data: { code?: string } }>): Promise<string | undefined> => {
    const { type, data } = await asked;
    return type === 'error' ? data.code : type;
  };

  it('refuses a token that is wrong with TOKEN_INVALID', async () => {
    for (const wrong of ['nonsense', await token({ secret: `not ${SECRET}` }), await token({ subject: 'anonymous:me' })]) {
      expect(await refusedConnection(transport, { token: wrong })).toMatchObject({ code: 'TOKEN_INVALID', retryable: false });
    }
  });

  it('refuses one that is over with TOKEN_EXPIRED', async () => {
    expect(await refusedConnection(transport, { token: await token({ expires: now() - 60 }) })).toMatchObject({ code: 'TOKEN_EXPIRED', retryable: false });
  });

  it('says UNAUTHENTICATED until a token comes by `authenticate`', async () => {
    const one = await client();
    await one.find(({ type }) => type === 'welcome');
    for (const type of ['subscribe', 'analyze', 'get_status', 'unsubscribe']) expect(await code(one.ask(type, { symbol: 'AAPL' }))).toBe('UNAUTHENTICATED');
    expect(['pong', 'ack']).toContain(await code(one.ask('ping')));
    expect(await code(one.ask('authenticate', { token: 'nonsense' }))).toBe('TOKEN_INVALID');
    expect(await code(one.ask('authenticate', { token: await token({ expires: now() - 60 }) }))).toBe('TOKEN_EXPIRED');
    const expires = now() + 600;
    const { data } = await one.ask('authenticate', { token: await token({ scope: 'analyze read nonsense', expires }) });
    expect(data).toEqual({ subject: 'alice', scopes: ['read', 'analyze'], expires_at: new Date(expires * 1000).toISOString() });
    expect(await code(one.ask('subscribe', { symbol: 'AAPL' }))).toBe('ack');
  });

  it('says FORBIDDEN without the scope, and of rooms of others', async () => {
    const reader = await client({ token: await token({ scope: 'read' }) });
    expect(await code(reader.ask('subscribe', { symbol: 'AAPL' }))).toBe('ack');
    expect(await code(reader.ask('analyze', { symbol: 'AAPL' }))).toBe('FORBIDDEN');
    for (const room of ['approvals', 'ops', 'client:other']) expect(await code(reader.ask('subscribe', { room }))).toBe('FORBIDDEN');
    expect(await code(reader.ask('subscribe', { room: 'client:alice' }))).toBe('ack');

    const asker = await client({ token: await token({ scope: 'analyze' }) });
    expect(await code(asker.ask('subscribe', { symbol: 'AAPL' }))).toBe('FORBIDDEN');
    expect(await code(asker.ask('get_status'))).toBe('FORBIDDEN');
    expect(await code(asker.ask('analyze', { symbol: 'AAPL' }))).toBe('ack');

    const admin = await client({ token: await token({ scope: 'read approve admin' }) });
    expect((await admin.ask('subscribe', { room: 'approvals' })).type).toBe('ack');
    expect((await admin.ask('subscribe', { room: 'ops' })).type).toBe('ack');
  });

  it('takes the rooms away that a new token does not open', async () => {
    const one = await client({ token: await token({ scope: 'read approve admin' }) });
    for (const target of [{ room: 'approvals' }, { room: 'ops' }, { symbol: 'NVDA' }]) await one.ask('subscribe', target);
    await one.ask('authenticate', { token: await token({ scope: 'read' }) });
    await one.ask('authenticate', { token: await token({ subject: 'bob', scope: 'read approve' }) });
    expect(await one.ask('unsubscribe', { room: 'approvals' })).toMatchObject({ data: { rooms: [] } });
    expect(await one.ask('unsubscribe', { symbol: 'NVDA' })).toMatchObject({ data: { rooms: ['symbol:NVDA'] } });
    expect(await code(one.ask('subscribe', { room: 'client:alice' }))).toBe('FORBIDDEN');
    expect(await one.ask('unsubscribe', { room: 'client:bob' })).toMatchObject({ data: { rooms: ['client:bob'] } });
  });

  it('closes when the token expires, unless another came in time', async () => {
    const expires = now() + 2;
    const [one, other] = [await client({ token: await token({ expires }) }), await client({ token: await token({ expires }) })];
    await other.ask('authenticate', { token: await token() });
    const end = await ending(one);
    expect(end).toMatchObject({ code: 'TOKEN_EXPIRED', retryable: false, ...terminalClose(one, 4401) });
    expect(Date.now()).toBeGreaterThanOrEqual(expires * 1000);
    expect(await code(other.ask('get_status'))).not.toBe('TOKEN_EXPIRED');
  });
});

it('gives 10 s to say who one is', async () => {
  for (const { since, one, end } of await silent) {
    expect(await end).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false, ...terminalClose(one, 4401) });
    const waited = performance.now() - since;
    expect(waited).toBeGreaterThan(9_500);
  }
});

it.each<[string, Record<string, string> | null, string, number]>([
  ['/stream?symbols=AAPL', null, 'UNAUTHENTICATED', 4401],
  ['/stream?symbols=AAPL', { secret: 'another secret of 32 bytes or even more' }, 'TOKEN_INVALID', 4401],
  ['/stream?symbols=AAPL', { scope: 'analyze' }, 'FORBIDDEN', 4403],
])('closes %s with %j: %s', async (path, claims, code, close) => {
  const one = await RawClient.open(server.ws + path, claims ? { headers: { authorization: `Bearer ${await token(claims)}` } } : {});
  expect(await ending(one)).toMatchObject({ code, close });
});

describe('HTTP', () => {
  const ask = async (claims: Parameters<typeof token>[0] | string | null, path = '/api/analyze', init: RequestInit = posted({ symbol: 'AAPL' })): Promise<unknown> => {
    const headers = new Headers(init.headers);
    if (claims !== null) headers.set('authorization', `Bearer ${typeof claims === 'string' ? claims : await token(claims)}`);
    return answerOf(server.url + path, { ...init, headers });
  };

  it('says 401 and 403', async () => {
    expect(await ask(null)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await ask('nonsense')).toMatchObject({ status: 401, body: { code: 'TOKEN_INVALID' } });
    expect(await ask({ expires: now() - 60 })).toMatchObject({ status: 401, body: { code: 'TOKEN_EXPIRED' } });
    expect(await ask({ scope: 'read' })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await ask({ scope: 'analyze' })).toMatchObject({ status: 202 });
    expect(await ask(null, '/ws/status', {})).toMatchObject({ status: 401 });
    for (const path of ['/live', '/ready']) expect(await ask(null, path, {})).toMatchObject({ status: 200 });
  });

  it('challenges for a bearer token', async () => {
    expect((await fetch(`${server.url}/api/symbols`)).headers.get('www-authenticate')).toBe('Bearer');
    expect((await fetch(`${server.url}/api/symbols?token=nonsense`)).headers.get('www-authenticate')).toContain('invalid_token');
  });
});

it('takes the token of old clients from the query, and never logs one', async () => {
  const secret = await token();
  const one = await RawClient.open(`${server.ws}/ws/signals?token=${secret}`);
  expect((await one.ask('subscribe', { symbol: 'AAPL' })).type).toBe('ack');
  one.close();
  expect((await fetch(`${server.url}/api/symbols?token=${secret}`)).status).toBe(200);
  await fetch(`${server.url}/api/symbols?token=${secret}x`);
  await one.end();
  expect(server.output()).toContain('token=***');
  expect(server.output()).not.toContain(secret.split('.')[2]!);
});

it('on /ws/symbols/{symbol} subscribes and analyses once it is known who asks', async () => {
  const one = await RawClient.open(`${server.ws}/ws/symbols/NVDA`);
  await one.find(({ type }) => type === 'welcome');
  expect((await one.ask('authenticate', { token: await token({ scope: 'read analyze' }) })).ok).toBe(true);
  await one.find(({ type, snapshot }) => type === 'signal_update' && !snapshot);
  expect(one.frames.filter(({ type }) => type === 'error')).toEqual([]);
  one.close();
});
