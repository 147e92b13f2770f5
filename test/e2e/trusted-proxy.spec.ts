import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { answerOf, refusedUpgrade } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';
const PATHS = ['/ws/signals', '/ws/symbols/AAPL', '/stream?symbols=AAPL', '/socket.io/?EIO=4&transport=websocket'];
const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ TRUST_PROXY: '127.0.0.1', WS_MAX_CONNECTIONS_PER_IP: '1', ANALYZE_PER_MINUTE: '1', SYMBOLS: 'AAPL', LOG_LEVEL: 'info' });
});
afterAll(cleanUp);

describe.each(PATHS)('the limit of connections on %s', (path) => {
  it('counts what the trusted proxy says, and not what others do', async () => {
    const open: WebSocket[] = [];
    for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8:1::1']) {
      const ws = new WebSocket(server.ws + path, { headers: from(address) });
      await once(ws, 'open');
      open.push(ws);
    }
    expect(await refusedUpgrade(server.ws + path, { headers: from('192.0.2.1') })).toMatchObject({ status: 429 });
    expect(await refusedUpgrade(server.ws + path, { headers: from('8.8.8.8, 192.0.2.2') })).toMatchObject({ status: 429 });
    expect(await refusedUpgrade(server.ws + path, { headers: from('2001:db8:1::2') })).toMatchObject({ status: 429 });
    expect(await answerOf(server.url + POLLING, { headers: from('192.0.2.1') })).toMatchObject({ status: 429 });
    const liar = new WebSocket(server.ws + path, { localAddress: '127.0.0.2', headers: from('192.0.2.9') });
    await once(liar, 'open');
    expect(await refusedUpgrade(server.ws + path, { localAddress: '127.0.0.2', headers: from('192.0.2.10') })).toMatchObject({ status: 429 });
    for (const ws of [...open, liar]) ws.terminate();
    await until(async () => ((await (await fetch(`${server.url}/ws/status`)).json()) as { websocket_manager: { active_connections: number } }).websocket_manager.active_connections === 0, 'all gone');
  });
});

it('polling counts by it too', async () => {
  expect(await answerOf(server.url + POLLING, { headers: from('192.0.2.3') })).toMatchObject({ status: 200 });
  expect(await answerOf(server.url + POLLING, { headers: from('192.0.2.3') })).toMatchObject({ status: 429 });
  expect(await answerOf(server.url + POLLING, { headers: from('192.0.2.4') })).toMatchObject({ status: 200 });
});

it('analyses over HTTP count by it, and the log names it', async () => {
  const analyze = (headers: Record<string, string>, localAddress = '127.0.0.1'): Promise<number> => new Promise((resolve, reject) => {
    const asked = request(`${server.url}/api/analyze`, { method: 'POST', localAddress, headers: { 'Content-Type': 'application/json', ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.once('error', reject);
    asked.end('{"symbol":"AAPL"}');
  });
  expect(await analyze(from('192.0.2.5'))).toBe(202);
  expect(await analyze(from('192.0.2.5'))).toBe(429);
  expect(await analyze(from('192.0.2.6'))).toBe(202);
  expect(await analyze(from('192.0.2.7'), '127.0.0.3')).toBe(202);
  expect(await analyze(from('192.0.2.8'), '127.0.0.3')).toBe(429);
  const logged = (): string[] => [...server.output().matchAll(/"url":"\/api\/analyze","remote_address":"([^"]+)"/g)].map(([, address]) => address!);
  await until(() => logged().length === 5, 'the log');
  expect(logged()).toEqual(['192.0.2.5', '192.0.2.5', '192.0.2.6', '127.0.0.3', '127.0.0.3']);
});
