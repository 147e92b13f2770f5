import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { WireServer } from '../../test/support/wire-server.js';
import { connect } from './index.js';
import type { ClientState, ConclaveClient, ConclaveError, ConnectOptions, Gap, Message } from './index.js';

const AAPL = 'symbol:AAPL';
let server: WireServer;
let client: ConclaveClient;
let messages: Message[];
let gaps: Gap[];
let errors: ConclaveError[];
let states: ClientState[];

function open(options: Partial<ConnectOptions> = {}): ConclaveClient {
  client = connect({
    url: server.url, WebSocket, backoff: () => 1,
    onMessage: (message) => messages.push(message),
    onGap: (gap) => gaps.push(gap),
    onError: (error) => errors.push(error),
    onState: (state) => states.push(state),
    ...options,
  });
  return client;
}

const offsets = (room = AAPL): (number | undefined)[] => messages.filter((message) => message.room === room).map(({ offset }) => offset);
const vote = (n: number, room = AAPL, how = {}): void => server.say(room, 'agent_update', { symbol: room.slice(7), n }, how);
const reconnected = (n = 1): Promise<void> => server.until(() => server.handshakes.length > n && server.peers.length === 1);
/** Everything that the server sent before has been handled after it. */
const settled = (): Promise<void> => client.ping();

beforeEach(async () => {
  server = await WireServer.listen();
  messages = [];
  gaps = [];
  errors = [];
  states = [];
});
afterEach(async () => {
  client.close();
  await server.stop();
});

describe('a client whose connection breaks', () => {
  it('renews its rooms from the last offset and misses nothing', async () => {
    await open().subscribe(['AAPL', 'NVDA']);
    vote(1);
    vote(2);
    await settled();
    server.cut();
    vote(3);
    vote(4);
    await reconnected();
    await settled();
    vote(5);
    await settled();
    expect(offsets()).toEqual([1, 2, 3, 4, 5]);
    expect(gaps).toEqual([]);
    expect(server.received('subscribe')[1]).toMatchObject({
      symbols: ['AAPL', 'NVDA'], since: { [AAPL]: { epoch: 'e1', offset: 2 }, 'symbol:NVDA': { epoch: 'e1', offset: 0 } },
    });
    expect(states.map(({ name }) => name)).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
    expect(states.at(-1)).toMatchObject({ reconnects: 1 });
    expect(server.handshakes[1]?.get('client_id')).toBe('c1');
  });

  it('says what is missing when the log no longer has it, and goes on from the head', async () => {
    await open().subscribe('AAPL');
    vote(1);
    await settled();
    server.cut();
    for (const n of [2, 3, 4]) vote(n);
    server.room(AAPL).trimmed = 3;
    await reconnected();
    await settled();
    vote(5);
    await settled();
    expect(gaps).toEqual([{ room: AAPL, epoch: 'e1', from: 2, to: 4, reason: 'not_recovered' }]);
    expect(offsets()).toEqual([1, 5]);
  });

  it('takes a replaced log as a gap', async () => {
    await open().subscribe('AAPL');
    for (const n of [1, 2, 3]) vote(n);
    await settled();
    server.cut();
    server.replaceLog(AAPL, 'e2');
    await reconnected();
    await settled();
    vote(1);
    await settled();
    expect(gaps).toEqual([{ room: AAPL, epoch: 'e2', from: null, to: 0, reason: 'not_recovered' }]);
    expect(client.positions.get(AAPL)).toEqual({ epoch: 'e2', offset: 1 });
  });

  it('handles an answer before the messages that arrive in the same read', async () => {
    server.instead('subscribe', (command, peer) => {
      server.answer(command, peer);
      for (const n of [1, 2, 3]) vote(n);
    });
    await open().subscribe('AAPL');
    await settled();
    expect(offsets()).toEqual([1, 2, 3]);
    expect(gaps).toEqual([]);
  });

  it('resumes the rooms that it never asked for from the handshake', async () => {
    open();
    await client.ready();
    server.say('system', 'system_alert', { level: 'info', code: 'A', message: '' });
    await settled();
    server.cut();
    server.say('system', 'system_alert', { level: 'info', code: 'B', message: '' });
    await reconnected();
    await settled();
    expect(offsets('system')).toEqual([1, 2]);
    expect(gaps).toEqual([]);
  });

  it('keeps the filter of each room and does not renew what was left', async () => {
    server.spellings.set('BTCUSD', 'BTC/USD');
    open();
    await client.subscribe('AAPL', { types: ['signal_update'] });
    await client.subscribe(['NVDA', 'btcusd']);
    await client.subscribe({ room: 'agent:a1' });
    await client.unsubscribe('BTC-USD');
    await client.unsubscribe('NVDA');
    server.cut();
    await reconnected();
    await settled();
    expect(server.received('subscribe').slice(3)).toEqual([
      expect.objectContaining({ room: AAPL, types: ['signal_update'] }),
      expect.objectContaining({ room: 'agent:a1' }),
    ]);
    expect([...client.positions.keys()].sort()).toEqual(['agent:a1', AAPL]);
  });

  it('drops a room that the server refuses on renewal and keeps the others', async () => {
    await open().subscribe(['AAPL', 'GONE']);
    server.unknown.add('symbol:GONE');
    server.cut();
    await reconnected();
    await settled();
    await settled(); // the single renewals follow the refusal
    vote(1);
    await settled();
    expect(errors).toEqual([expect.objectContaining({ code: 'UNKNOWN_SYMBOL', message: expect.stringContaining('symbol:GONE was not renewed') })]);
    expect(offsets()).toEqual([1]);
    expect([...client.positions.keys()]).toEqual([AAPL]);
  });

  it('takes another connection when a renewal may succeed later', async () => {
    await open().subscribe('AAPL');
    server.refuseNext('subscribe', { code: 'STORE_UNAVAILABLE', retryable: true });
    server.cut();
    vote(1);
    await reconnected(2);
    await settled();
    expect(offsets()).toEqual([1]);
    expect(errors).toEqual([]);
  });

  it('takes up positions of an earlier process', async () => {
    for (const n of [1, 2, 3]) vote(n);
    await open().subscribe('AAPL', { since: { epoch: 'e1', offset: 1 } });
    await settled();
    expect(offsets()).toEqual([2, 3]);
  });
});

describe('a stream with faults', () => {
  it('delivers in order only, once, and reports the hole', async () => {
    await open().subscribe('AAPL');
    vote(1);
    vote(2, AAPL, { lost: true });
    vote(3, AAPL, { lost: true });
    vote(4);
    const [, second, third, fourth] = server.room(AAPL).log;
    server.raw(third!);
    server.raw(second!);
    server.raw(fourth!);
    vote(5);
    await settled();
    expect(offsets()).toEqual([1, 4, 5]);
    expect(gaps).toEqual([{ room: AAPL, epoch: 'e1', from: 2, to: 3, reason: 'offsets' }]);
  });

  it('lets offsets of a filtered room skip and follows `position`', async () => {
    await open().subscribe('AAPL', { types: ['signal_update'] });
    vote(1);
    vote(2);
    server.raw(JSON.stringify({ type: 'position', data: { room: AAPL, epoch: 'e1', offset: 2 } }));
    await settled();
    expect(client.positions.get(AAPL)).toEqual({ epoch: 'e1', offset: 2 });
    vote(3);
    server.say(AAPL, 'signal_update', {});
    await settled();
    expect(offsets()).toEqual([4]);
    expect(gaps).toEqual([]);
  });

  it('reports a gap that the server announces, once', async () => {
    await open().subscribe('AAPL');
    for (const n of [1, 2, 3]) vote(n, AAPL, { lost: true });
    server.raw(JSON.stringify({ type: 'gap', data: { room: AAPL, epoch: 'e1', from: 1, to: 3 } }));
    server.raw(JSON.stringify({ type: 'signal_update', data: {}, room: AAPL, snapshot: true }));
    vote(4);
    await settled();
    expect(gaps).toEqual([{ room: AAPL, epoch: 'e1', from: 1, to: 3, reason: 'server' }]);
    expect(messages.filter(({ room }) => room === AAPL).map(({ type }) => type)).toEqual(['signal_update', 'agent_update']);
  });

  it('survives frames that are none and handlers that throw', async () => {
    const later: (() => void)[] = [];
    const { queueMicrotask } = globalThis;
    open();
    client.on('agent_update', () => {
      throw new Error('a fault of the user');
    });
    let heard = 0;
    client.on('agent_update', () => heard++);
    await client.subscribe('AAPL');
    globalThis.queueMicrotask = (callback) => void later.push(callback);
    try {
      server.raw('{');
      server.raw('[]');
      vote(1);
      await settled();
    } finally {
      globalThis.queueMicrotask = queueMicrotask;
    }
    expect(errors.map(({ code }) => code)).toEqual(['BAD_JSON', 'BAD_JSON']);
    expect([heard, offsets()]).toEqual([1, [1]]);
    expect(later).toHaveLength(1); // not swallowed: it surfaces as uncaught
    expect(later[0]).toThrow('a fault of the user');
  });
});
