import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import { ending, refusals, sendBinary, sendGarbage, terminalClose, TRANSPORTS, type Client } from '../support/transports.js';

const MAX_SUBSCRIPTIONS = 3;
const ANALYZE_PER_MINUTE = 2;
const BAD_FRAMES = 50;
const TOO_BIG = 'x'.repeat(64 * 1024);

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    WS_MAX_SUBSCRIPTIONS: String(MAX_SUBSCRIPTIONS), ANALYZE_PER_MINUTE: String(ANALYZE_PER_MINUTE),
    SYMBOLS: 'AAPL,NVDA,MSFT,TSLA,BTC/USD', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1',
  });
});
afterAll(async () => {
  const output = server.output();
  await cleanUp();
  expect(output).not.toMatch(/INTERNAL|"level":[56]0|[Uu]nhandled/);
});

const refusal = (code: string, retryable: boolean, more: object = {}): Partial<Frame> => ({
  type: 'error',
  data: { code, retryable, message: expect.stringMatching(/\S/), details: expect.any(Array), ...more },
});

describe.each(TRANSPORTS)('over $name', ({ connect, webSocket }) => {
  const open: Client[] = [];
  const client = async (): Promise<Client> => {
    const fresh = await connect(server);
    open.push(fresh);
    return fresh;
  };
  afterAll(() => open.forEach((one) => one.close()));

  it('says BAD_JSON and BINARY_UNSUPPORTED, and goes on', async () => {
    const one = await client();
    sendGarbage(one);
    sendBinary(one);
    await one.ask('ping');
    expect(refusals(one)).toMatchObject([refusal('BAD_JSON', false), refusal('BINARY_UNSUPPORTED', false)]);
  });

  it('says UNKNOWN_TYPE with the types that there are', async () => {
    const one = await client();
    for (const type of ['subscribes', 'toString', '__proto__', 'constructor', '']) {
      expect(await one.ask(type)).toMatchObject(refusal('UNKNOWN_TYPE', false, { message: expect.stringContaining('subscribe') }));
    }
  });

  const position = { epoch: 'k3x9', offset: 1 };
  const wrong: [string, Record<string, unknown>, string[]][] = [
    ['subscribe', {}, ['symbol']],
    ['subscribe', { symbol: 'AAPL', room: 'system' }, ['symbol']],
    ['subscribe', { symbol: 7 }, ['symbol']],
    ['subscribe', { symbol: 'A'.repeat(21) }, ['symbol']],
    ['subscribe', { symbol: 'A B' }, ['symbol']],
    ['subscribe', { symbols: [] }, ['symbols']],
    ['subscribe', { symbols: Array.from({ length: 1001 }, () => 'AAPL') }, ['symbols']],
    ['subscribe', { symbols: ['AAPL', 'N V', null] }, ['symbols[1]', 'symbols[2]']],
    ['subscribe', { room: 'nonsense' }, ['room']],
    ['subscribe', { symbol: 'AAPL', types: ['agent_update', 'nonsense'] }, ['types[1]']],
    ['subscribe', { symbol: 'AAPL', types: [] }, ['types']],
    ['subscribe', { symbol: 'AAPL', since: 'k3x9:1' }, ['since']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 'k3x9' } }, ['since.offset']],
    ['subscribe', { symbol: 'AAPL', since: { offset: 1 } }, ['since.epoch']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 3, offset: 1 } }, ['since.epoch']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 'k3x9', offset: '1' } }, ['since.offset']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 'k3x9', offset: -1 } }, ['since.offset']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 'k3x9', offset: 1.5 } }, ['since.offset']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 'k3x9', offset: 2 ** 53 } }, ['since.offset']],
    ['subscribe', { symbol: 'AAPL', since: { epoch: 7, offset: null } }, ['since.epoch', 'since.offset']],
    ['subscribe', { symbols: ['AAPL', 'NVDA'], since: position }, ['since']],
    ['subscribe', { symbols: ['AAPL', 'NVDA'], since: { 'symbol:AAPL': position, 'symbol:NVDA': { epoch: 'k3x9', offset: -1 } } }, ['since.symbol:NVDA.offset']],
    ['unsubscribe', {}, ['symbol']],
    ['analyze', {}, ['symbol']],
    ['analyze', { symbol: 'AAPL', depth: 'bottomless' }, ['depth']],
    ['authenticate', {}, ['token']],
    ['authenticate', { token: { toString: 'x' } }, ['token']],
  ];
  it('says VALIDATION_ERROR with the path of every problem', async () => {
    const one = await client();
    for (const [type, fields, paths] of wrong) {
      const { data } = await one.ask(type, fields);
      expect(data).toMatchObject({ code: 'VALIDATION_ERROR', retryable: false });
      const details = (data as { details: { path: string; message: string }[] }).details;
      expect({ type, fields, paths: [...new Set(details.map(({ path }) => path))] }).toEqual({ type, fields, paths });
      for (const { message } of details) expect(message).toMatch(/\S/);
    }
  });

  it('accepts the largest offset there is', async () => {
    const one = await client();
    const { data } = await one.ask('subscribe', { symbol: 'AAPL', since: { epoch: 'another', offset: Number.MAX_SAFE_INTEGER } });
    expect(data).toMatchObject({ rooms: [{ room: 'symbol:AAPL', recovered: false }] });
  });

  it('closes 4400 with the fiftieth bad frame in a minute, and not before', async () => {
    const one = await client();
    for (let sent = 0; sent < BAD_FRAMES - 3; sent += 1) sendGarbage(one);
    sendBinary(one);
    void one.ask('nonsense').catch(() => undefined);
    await one.ask('ping');
    expect(one.closed).toBeNull();
    void one.ask('subscribe', {}).catch(() => undefined);
    const end = await ending(one);
    expect(end).toMatchObject({ code: 'VALIDATION_ERROR', retryable: false, ...terminalClose(one, 4400) });
    expect(one.frames.filter(({ type }) => type === 'error')).toHaveLength(BAD_FRAMES + 1); // and the farewell
  });

  it('says UNKNOWN_SYMBOL, and makes no room', async () => {
    const one = await client();
    for (const [type, fields] of [
      ['subscribe', { symbol: 'NOPE' }], ['subscribe', { symbols: ['MSFT', 'NOPE'] }], ['subscribe', { room: 'symbol:NOPE' }],
      ['unsubscribe', { symbol: 'NOPE' }], ['analyze', { symbol: 'NOPE' }],
    ] as const) expect(await one.ask(type, fields)).toMatchObject(refusal('UNKNOWN_SYMBOL', false));
    const { data } = await one.ask('get_status');
    expect(Object.keys((data as { websocket_manager: { rooms: object } }).websocket_manager.rooms)).toEqual(expect.not.arrayContaining(['NOPE', 'MSFT']));
  });

  it('says NOT_FOUND of a room that is not there, and FORBIDDEN of another client’s', async () => {
    const one = await client();
    expect(await one.ask('subscribe', { room: 'agent:nobody' })).toMatchObject(refusal('NOT_FOUND', false));
    expect(await one.ask('subscribe', { room: 'group:nobody' })).toMatchObject(refusal('NOT_FOUND', false));
    expect(await one.ask('subscribe', { room: 'client:other' })).toMatchObject(refusal('FORBIDDEN', false));
    expect(await one.ask('unsubscribe', { room: 'client:other' })).toMatchObject(refusal('FORBIDDEN', false));
  });

  it('says SUBSCRIPTION_LIMIT, and then joins none', async () => {
    const one = await client();
    await one.ask('subscribe', { symbols: ['AAPL', 'NVDA'] });
    expect(await one.ask('subscribe', { symbols: ['MSFT', 'TSLA'] })).toMatchObject(refusal('SUBSCRIPTION_LIMIT', false));
    expect(await one.ask('unsubscribe', { symbols: ['AAPL', 'NVDA', 'MSFT', 'TSLA'] })).toMatchObject({ data: { rooms: ['symbol:AAPL', 'symbol:NVDA'] } });
    expect(await one.ask('subscribe', { symbols: ['AAPL', 'NVDA', 'MSFT'] })).toMatchObject({ type: 'ack' });
    expect(await one.ask('subscribe', { symbols: ['AAPL', 'nvda'] })).toMatchObject({ type: 'ack' }); // is in them already
    expect(await one.ask('subscribe', { symbol: 'TSLA' })).toMatchObject(refusal('SUBSCRIPTION_LIMIT', false));
  });

  it('does not let a client trade its own rooms for more', async () => {
    const one = await client();
    expect(await one.ask('unsubscribe', { room: 'system' })).toMatchObject({ data: { rooms: ['system'] } });
    expect(await one.ask('subscribe', { symbols: ['AAPL', 'NVDA', 'MSFT', 'TSLA'] })).toMatchObject(refusal('SUBSCRIPTION_LIMIT', false));
  });

  it('says RATE_LIMITED for one analysis too many, when to ask again, and goes on', async () => {
    const one = await client();
    for (let asked = 0; asked < ANALYZE_PER_MINUTE; asked += 1) expect(await one.ask('analyze', { symbol: 'TSLA' })).toMatchObject({ type: 'ack' });
    const { data } = await one.ask('analyze', { symbol: 'TSLA' });
    expect(data).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    const wait = (data as { retry_after_ms: number }).retry_after_ms;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60_000);
    expect(await one.ask('ping')).toMatchObject({ id: expect.any(String) });
  });

  it('says RATE_LIMITED for commands too fast, and closes 4429 when it goes on', async () => {
    const one = await client();
    const asked = Array.from({ length: 400 }, () => one.ask('ping').catch(() => null));
    const end = await ending(one);
    expect(end).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    if (webSocket) expect(end.close).toBe(4429);
    const answers = (await Promise.all(asked)).filter((answer) => answer !== null);
    const limited = answers.filter(({ type }) => type === 'error');
    expect(answers.length - limited.length).toBeGreaterThanOrEqual(100); // the burst
    expect(limited).toHaveLength(100);
    for (const { data } of limited) expect(data).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: expect.any(Number) });
  });
});

it('closes 1009 on a frame of more than 64 KiB, and takes one that has just that', async () => {
  const [head, tail] = ['{"type":"ping","id":"big","x":"', '"}'];
  const one = await RawClient.open(`${server.ws}/ws/signals`);
  one.send(head + TOO_BIG.slice(head.length + tail.length) + tail);
  await one.find(({ id }) => id === 'big');
  one.send(`${head}${TOO_BIG}${tail}`);
  expect(await one.end()).toMatchObject({ code: 1009 });

  const other = await SocketIoClient.open(server.url, { transports: ['websocket'] });
  await other.ask('ping', { x: TOO_BIG.slice(100) });
  other.socket.emit('ping', { x: TOO_BIG });
  expect(await other.end()).toMatchObject({ code: 1009 });
});

it.each([['/ws/symbols/NOPE'], ['/stream?symbols=NOPE'], ['/stream?symbols=AAPL,NOPE']])('closes 4404 on %s', async (path) => {
  const one = await RawClient.open(server.ws + path);
  expect(await ending(one)).toMatchObject({ code: 'UNKNOWN_SYMBOL', retryable: false, close: 4404 });
});

it.each([['/stream'], ['/stream?symbols='], ['/ws/signals?since=nonsense'], ['/ws/signals?format=xml'], ['/ws/symbols/A%20B']])('closes on %s, which says nothing valid', async (path) => {
  const one = await RawClient.open(server.ws + path);
  const end = await ending(one);
  expect(['VALIDATION_ERROR', 'UNKNOWN_SYMBOL']).toContain(end.code);
  expect([4400, 4404]).toContain(end.close);
});
