import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { WireServer } from '../../test/support/wire-server.js';
import { connect } from './index.js';
import type { ClientState, ConclaveClient, ConclaveError, ConnectOptions } from './index.js';

let server: WireServer;
let client: ConclaveClient;
let states: ClientState[];
let errors: ConclaveError[];

const open = (options: Partial<ConnectOptions> = {}): ConclaveClient =>
  (client = connect({
    url: server.url, WebSocket, backoff: () => 1,
    onState: (state) => states.push(state), onError: (error) => errors.push(error),
    ...options,
  }));

const names = (): string[] => states.map(({ name }) => name);

beforeEach(async () => {
  server = await WireServer.listen();
  states = [];
  errors = [];
});
afterEach(async () => {
  client.close();
  await server.stop();
});

describe('commands', () => {
  it('wait for the connection and are answered each with its own', async () => {
    open();
    const [rooms, accepted, status] = await Promise.all([client.subscribe(['aapl', 'NVDA']), client.analyze('AAPL', 'fast'), client.status(), client.ping()]);
    expect(rooms.map(({ room }) => room)).toEqual(['symbol:AAPL', 'symbol:NVDA']);
    expect(accepted).toEqual({ run_id: 'run-1', symbol: 'AAPL', depth: 'fast', shared: false });
    expect(status.websocket_manager.total_connections).toBe(1);
    expect(server.commands.map(({ type }) => type)).toEqual(['subscribe', 'analyze', 'get_status', 'ping']);
  });

  it('reject with the code, message, details and extras of the server', async () => {
    server.refuseNext('analyze', { code: 'RATE_LIMITED', message: 'wait', retryable: true, retry_after_ms: 1200, details: [{ path: 'symbol', message: 'no' }] });
    const error = await open().analyze('AAPL').catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'ConclaveError', code: 'RATE_LIMITED', message: 'wait', retryable: true, retryAfterMs: 1200, details: [{ path: 'symbol', message: 'no' }] });
    server.unknown.add('symbol:XX');
    await expect(client.subscribe('XX')).rejects.toMatchObject({ code: 'UNKNOWN_SYMBOL', retryable: false });
    expect(client.positions.size).toBe(0);
  });

  it('time out', async () => {
    server.instead('get_status');
    await expect(open({ commandTimeoutMs: 20 }).status()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('that are harmless to repeat are asked again on the next connection', async () => {
    server.instead('subscribe');
    open();
    const joined = client.subscribe('AAPL');
    await server.until(() => server.received('subscribe').length === 1);
    server.cut();
    expect((await joined)[0]).toMatchObject({ room: 'symbol:AAPL' });
  });

  it('that are not say that the connection was lost', async () => {
    server.instead('analyze');
    const asked = open().analyze('AAPL');
    const [outcome] = await Promise.all([asked.catch((e: unknown) => e), server.until(() => server.received('analyze').length === 1).then(() => server.cut())]);
    expect(outcome).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(server.received('analyze')).toHaveLength(1);
  });

  it('larger than the server accepts are refused before they are sent', async () => {
    const symbols = Array.from({ length: 5000 }, (_, n) => `SYMBOL-${n}-LONG`);
    await expect(open().subscribe(symbols)).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' });
    await client.ping();
    expect(server.received('subscribe')).toEqual([]);
  });

  it('reject when an answer is not of its kind', async () => {
    server.instead('subscribe', ({ id }, peer) => peer.send({ type: 'ack', id, ok: true, data: {} }));
    await expect(open().subscribe('AAPL')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('reject once the client is closed', async () => {
    server.instead('get_status');
    const asked = open().status();
    client.close();
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(client.ping()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(client.ready()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a token', () => {
  it('is the first command of every connection and never in the URL', async () => {
    open({ token: 't1' });
    await client.subscribe('AAPL');
    expect(server.commands.map(({ type }) => type)).toEqual(['authenticate', 'subscribe']);
    await client.authenticate('t2');
    server.cut();
    await server.until(() => server.handshakes.length === 2);
    await client.ping();
    expect(server.received('authenticate').map(({ token }) => token)).toEqual(['t1', 't2', 't2']);
    expect(server.handshakes.map(String).join()).not.toContain('t1');
  });

  it('that is refused ends the client', async () => {
    server.refuseNext('authenticate', { code: 'TOKEN_INVALID', message: 'bad signature' });
    server.instead('subscribe');
    const joined = open({ token: 'x' }).subscribe('AAPL');
    await expect(joined).rejects.toMatchObject({ code: 'TOKEN_INVALID', message: 'bad signature' });
    expect(client.state).toMatchObject({ name: 'closed', cause: { code: 'TOKEN_INVALID' } });
  });
});

describe('a close', () => {
  it.each([1000, 1011, 1012, 4001, 4008, 4429])('%i is followed by another connection', async (code) => {
    await open().ready();
    server.close(code);
    await server.until(() => server.handshakes.length === 2);
    await client.ping();
    expect(names()).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  });

  it.each([4400, 4401, 4403, 4404, 1008, 1009])('%i is the end', async (code) => {
    await open().ready();
    server.instead('get_status');
    const asked = client.status();
    server.close(code, { code: 'FORBIDDEN', message: 'said before the close' });
    await expect(asked).rejects.toMatchObject({ message: 'said before the close', retryable: false });
    expect(names()).toEqual(['connecting', 'open', 'closed']);
    expect(errors).toEqual([expect.objectContaining({ code: 'FORBIDDEN' })]);
    expect(server.handshakes).toHaveLength(1);
  });

  it('grows the wait until a connection lasts', async () => {
    const attempts: number[] = [];
    const backoff = (attempt: number): number => (attempts.push(attempt), 1);
    await open({ backoff }).ready();
    for (const n of [2, 3]) {
      server.cut();
      await server.until(() => server.handshakes.length === n && server.peers.length === 1);
      await client.ping();
    }
    expect(attempts).toEqual([1, 2]);
    client.close();

    attempts.length = 0;
    await open({ backoff, stableAfterMs: 0 }).ready();
    for (const n of [5, 6]) {
      await new Promise((later) => setTimeout(later, 2)); // due after the client's own timer of 0 ms, so it fires after it
      server.cut();
      await server.until(() => server.handshakes.length === n && server.peers.length === 1);
      await client.ready();
    }
    expect(attempts).toEqual([1, 1]);
  });
});

describe('a server that is not there', () => {
  it('is tried as often as told, then ready() says why', async () => {
    const { url } = server;
    await server.stop();
    await expect(open({ url, firstAttempts: 2 }).ready()).rejects.toMatchObject({ code: 'CANNOT_CONNECT', message: expect.stringContaining(url.slice(5)) });
    expect(names()).toEqual(['connecting', 'waiting', 'connecting', 'closed']);
    server = await WireServer.listen();
  });

  it('is told from one that refuses', async () => {
    server.refuseUpgrades(403);
    await expect(open().ready()).rejects.toMatchObject({ code: 'FORBIDDEN', retryable: false });
    server.refuseUpgrades(503);
    await expect(open({ firstAttempts: 1 }).ready()).rejects.toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retryable: true });
  });

  it('is noticed when it falls silent', async () => {
    server.instead('ping');
    open({ heartbeatMs: 500 });
    await server.until(() => server.handshakes.length === 2);
    expect(states.find(({ name }) => name === 'waiting')).toMatchObject({ cause: { code: 'HEARTBEAT_TIMEOUT' } });
    await server.until(() => server.received('ping').length >= 3); // answered pings keep the second one
    expect(server.handshakes).toHaveLength(2);
  });
});
