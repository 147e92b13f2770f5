import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import { refusals, TRANSPORTS, type Client } from '../support/transports.js';

const SYMBOLS = ['AAPL', 'NVDA', 'MSFT', 'TSLA', 'SPY', 'BTC/USD', 'SOL/USD'];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ ANALYZE_PER_MINUTE: '1000', SYMBOLS: SYMBOLS.join(), SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' });
});
afterAll(async () => {
  const output = server.output();
  await cleanUp();
  expect(output).not.toMatch(/INTERNAL|"level":[56]0|[Uu]nhandled/);
});

const ofRun = (client: Client, runId: string): Frame[] => client.frames.filter(({ type, data }) => /^(agent|signal)_update$/.test(type) && data.run_id === runId);
const rooms = async (client: Client): Promise<Record<string, number>> => (await client.ask('get_status')).data.websocket_manager.rooms;
/** The run's signal, which is the last that it says. */
const signalOf = (client: Client, runId: string): Promise<Frame> => client.find(({ type, data }) => type === 'signal_update' && data.run_id === runId);

describe.each(TRANSPORTS)('over $name', ({ connect }) => {
  const open: Client[] = [];
  const client = async (...as: [] | [Parameters<typeof connect>[1]]): Promise<Client> => {
    const fresh = await connect(server, ...as);
    open.push(fresh);
    return fresh;
  };
  afterAll(() => open.forEach((one) => one.close()));

  it('begins with the welcome', async () => {
    const one = await client({ clientId: 'the-one' });
    await one.ask('ping');
    expect(one.frames[0]).toMatchObject({
      type: 'welcome',
      timestamp: expect.stringMatching(ISO),
      data: {
        connection_id: expect.stringMatching(/\S/), client_id: 'the-one', server_time: expect.stringMatching(ISO), heartbeat_interval: 30,
        limits: { max_subscriptions: 1000, analyze_per_minute: 1000, commands_per_second: 50, command_burst: 100, frame_bytes: 65_536, queue_messages: 1000 },
        feed: { name: 'simulated' }, version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
    });
    const other = await client();
    const { data } = await other.find(({ type }) => type === 'welcome');
    expect(data.client_id).toMatch(/^[\w-]{20,}$/);
    expect(await other.ask('subscribe', { room: `client:anonymous:${data.client_id}` })).toMatchObject({ type: 'ack' });
  });

  it('answers in the order of sending', async () => {
    const one = await client();
    const sent = Array.from({ length: 30 }, (_, at): [string, object] => {
      const symbol = SYMBOLS[at % SYMBOLS.length]!;
      return ([['subscribe', { symbol }], ['ping', {}], ['analyze', { symbol }], ['nonsense', {}], ['get_status', {}], ['subscribe', { symbol: 'NOPE' }], ['unsubscribe', { symbol }]] as [string, object][])[at % 7]!;
    });
    const answers = await Promise.all(sent.map(([type, fields]) => one.ask(type, fields as Record<string, unknown>)));
    const came = one.frames.filter(({ id }) => id !== undefined);
    expect(came).toEqual(answers);
    expect(came.map(({ type }) => type === 'error')).toEqual(sent.map(([type, fields]) => type === 'nonsense' || (fields as { symbol?: string }).symbol === 'NOPE'));
  });

  it('joins all of several symbols or none, and knows each by any spelling', async () => {
    const one = await client();
    await one.ask('subscribe', { symbols: ['AAPL', 'NOPE'] });
    await one.ask('subscribe', { symbols: ['AAPL', 'bad symbol'] });
    expect(await one.ask('unsubscribe', { symbol: 'AAPL' })).toMatchObject({ data: { rooms: [] } });

    const joined = (await one.ask('subscribe', { symbols: ['aapl', 'btc-usd', 'Sol_Usd', 'BTCUSD'] })).data.rooms as { room: string }[];
    expect(joined.map(({ room }) => room)).toEqual(['symbol:AAPL', 'symbol:BTC/USD', 'symbol:SOL/USD']);
    for (const room of joined) expect(room).toEqual({ room: room.room, epoch: expect.stringMatching(/\S/), offset: expect.any(Number), recovered: false, replayed: 0 });
    expect(await one.ask('unsubscribe', { room: 'symbol:btc_usd' })).toMatchObject({ data: { rooms: ['symbol:BTC/USD'] } });
    expect(await one.ask('unsubscribe', { symbols: ['btcusd', 'AAPL', 'sol/usd'] })).toMatchObject({ data: { rooms: ['symbol:AAPL', 'symbol:SOL/USD'] } });
  });

  it('sends nothing of a room after unsubscribe', async () => {
    const [one, other] = [await client(), await client()];
    await one.ask('subscribe', { symbol: 'MSFT' });
    await other.ask('subscribe', { symbol: 'MSFT' });
    await one.ask('unsubscribe', { symbol: 'MSFT' });
    const { data: { run_id } } = await other.ask('analyze', { symbol: 'MSFT' });
    await signalOf(other, run_id);
    await one.ask('ping');
    expect(ofRun(one, run_id)).toEqual([]);
    expect(ofRun(other, run_id)).toHaveLength(11);
  });

  it('sends only the types that were asked for', async () => {
    const [one, other] = [await client(), await client()];
    await one.ask('subscribe', { symbol: 'NVDA', types: ['signal_update'] });
    await other.ask('subscribe', { symbol: 'NVDA' });
    const { data: { run_id } } = await other.ask('analyze', { symbol: 'NVDA' });
    await signalOf(one, run_id);
    await other.find(({ type, snapshot }) => type === 'price_update' && !snapshot);
    await one.ask('ping');
    expect(new Set(one.frames.filter(({ room }) => room === 'symbol:NVDA').map(({ type }) => type))).toEqual(new Set(['signal_update']));
  });

  it('gives one who only asks the whole run, and then nothing more of the room', async () => {
    const one = await client();
    const { data: { run_id, ...ticket } } = await one.ask('analyze', { symbol: 'spy' });
    expect(ticket).toEqual({ symbol: 'SPY', depth: 'fast', shared: expect.any(Boolean) });
    await signalOf(one, run_id);
    const run = ofRun(one, run_id);
    expect(run.map(({ type }) => type)).toEqual([...Array.from({ length: 10 }, () => 'agent_update'), 'signal_update']);
    expect(new Set(run.slice(0, 10).map(({ data }) => data.agent_id)).size).toBe(10);
    run.forEach(({ room, epoch, offset }, at) => expect({ room, epoch, offset }).toEqual({ room: 'symbol:SPY', epoch: run[0]!.epoch, offset: run[0]!.offset! + at }));
    expect(one.frames.findIndex(({ type }) => type === 'ack')).toBeLessThan(one.frames.indexOf(run[0]!));
    expect((await rooms(one))['SPY']).toBeUndefined();
  });

  it('lets two who ask at once share one run, and both see all of it', async () => {
    const [one, other] = [await client(), await client()];
    for (let tries = 0; ; tries += 1) {
      const [first, second] = await Promise.all([one.ask('analyze', { symbol: 'TSLA' }), other.ask('analyze', { symbol: 'TSLA' })]);
      const runId = first.data.run_id as string;
      await Promise.all([signalOf(one, runId), signalOf(other, second.data.run_id as string)]);
      expect(ofRun(one, runId)).toHaveLength(11);
      expect(ofRun(other, second.data.run_id as string)).toHaveLength(11);
      if (second.data.run_id === runId && first.data.shared !== second.data.shared) break;
      expect([first.data.shared, second.data.shared]).toEqual([false, false]); // the one was done before the other asked
      expect(tries).toBeLessThan(40);
    }
  });

  it('reports its status', async () => {
    const one = await client();
    await one.ask('subscribe', { symbol: 'SOL/USD' });
    const { data } = await one.ask('get_status');
    expect(data).toEqual({
      websocket_manager: { total_connections: expect.any(Number), active_connections: expect.any(Number), messages_sent: expect.any(Number), rooms: expect.objectContaining({ 'SOL/USD': 1, system: expect.any(Number) }) },
      orchestrator: { running: true, active_analyses: expect.any(Number), active_agents: 10 },
      node: expect.stringMatching(/\S/), cluster: { nodes: expect.any(Array) }, feed: expect.objectContaining({ name: 'simulated', last_tick_age_ms: expect.any(Number) }),
      queue: { waiting: expect.any(Number), running: expect.any(Number) }, dropped: expect.any(Object), uptime_s: expect.any(Number), version: expect.any(String),
    });
    expect(Object.keys(await (await fetch(`${server.url}/ws/status`)).json() as object)).toEqual(Object.keys(data as object));
    await one.ask('unsubscribe', { symbol: 'SOL/USD' });
  });
});

describe('a raw socket', () => {
  it('finds the same fields beside the type and under data, and echoes any id', async () => {
    const one = await RawClient.open(`${server.ws}/ws/signals`);
    one.send({ type: 'subscribe', id: 7, data: { symbol: 'AAPL' } });
    expect(await one.find(({ id }) => (id as unknown) === 7)).toEqual({ type: 'ack', id: 7, ok: true, data: { rooms: [expect.objectContaining({ room: 'symbol:AAPL' })] }, timestamp: expect.stringMatching(ISO) });
    one.send({ type: 'ping', id: 'p' });
    expect(await one.find(({ id }) => id === 'p')).toEqual({ type: 'pong', id: 'p', data: {}, timestamp: expect.stringMatching(ISO) });
    one.send({ type: 'ping' });
    expect(await one.find(({ type, id }) => type === 'pong' && id === undefined)).toBeDefined();
    expect(await one.ask('get_status')).toMatchObject({ type: 'status', data: { orchestrator: { running: true } } });
    expect(await one.ask('analyze')).toEqual({ type: 'error', id: 't2', data: { code: 'VALIDATION_ERROR', message: expect.any(String), retryable: false, details: [{ path: 'symbol', message: expect.any(String) }] }, timestamp: expect.stringMatching(ISO) });
    one.send({ type: 'ping', id: { no: 'id' } });
    await one.until(() => refusals(one).some(({ data }) => data.details[0].path === 'id'));
    one.close();
  });

  it.each(['AAPL', 'btc-usd', 'BTC%2FUSD', 'BTC/USD'])('on /ws/symbols/%s is subscribed and gets an analysis by itself', async (name) => {
    const one = await RawClient.open(`${server.ws}/ws/symbols/${name}`);
    const symbol = name === 'AAPL' ? 'AAPL' : 'BTC/USD';
    const { data: { run_id } } = await one.find(({ type, data }) => type === 'ack' && data.run_id !== undefined);
    await signalOf(one, run_id);
    expect(one.frames.slice(0, 2)).toMatchObject([{ type: 'welcome' }, { type: 'ack', ok: true, data: { rooms: [{ room: `symbol:${symbol}` }] } }]);
    expect(ofRun(one, run_id)).toHaveLength(11);
    await one.find(({ type, room, snapshot }) => type === 'price_update' && room === `symbol:${symbol}` && !snapshot);
    one.close();
  });

  it('on /stream gets flat ticks and nothing else', async () => {
    const one = await RawClient.open(`${server.ws}/stream?symbols=AAPL,btcusd`);
    const ticks = one.frames as unknown as { symbol: string; price: number; volume: number; timestamp: string }[];
    await one.until(() => ticks.filter(({ symbol }) => symbol === 'BTC/USD').length > 1 && ticks.some(({ symbol }) => symbol === 'AAPL'));
    for (const tick of ticks) {
      expect(tick).toMatchObject({ symbol: expect.stringMatching(/^(AAPL|BTC\/USD)$/), price: expect.any(Number), timestamp: expect.stringMatching(ISO) });
      expect(Number.isInteger(tick.volume)).toBe(true);
      expect(tick).not.toHaveProperty('type');
    }
    one.close();
  });
});

it('acknowledges on Socket.IO with {ok, data} or {ok, error}, and without a callback says an error as an event', async () => {
  const one = await SocketIoClient.open(server.url);
  const ask = (...args: [string, ...unknown[]]): Promise<unknown> => one.socket.emitWithAck(...args);
  expect(await ask('ping')).toEqual({ ok: true, data: {} });
  expect(await ask('subscribe', { symbol: 'AAPL' })).toEqual({ ok: true, data: { rooms: [expect.objectContaining({ room: 'symbol:AAPL' })] } });
  expect(await ask('subscribe', { symbol: 'NOPE' })).toEqual({ ok: false, error: { code: 'UNKNOWN_SYMBOL', message: expect.any(String), retryable: false, details: expect.any(Array) } });
  expect(await ask('subscribe', null)).toMatchObject({ ok: false, error: { code: 'VALIDATION_ERROR' } });
  expect(await ask('analyze', 'AAPL')).toMatchObject({ ok: false, error: { code: 'VALIDATION_ERROR' } });
  expect(await ask('subscribe', Buffer.from('AAPL'))).toMatchObject({ ok: false, error: { code: 'BINARY_UNSUPPORTED' } });
  one.socket.emit('subscribe', { symbol: 'NOPE' });
  expect(await one.find(({ type }) => type === 'error')).toMatchObject({ data: { code: 'UNKNOWN_SYMBOL', retryable: false } });
  one.close();
});
