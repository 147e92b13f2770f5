import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { answerOf, refusedUpgrade } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';

const PER_ADDRESS = 3;
const PER_NODE = 4;
const PATHS = ['/ws/signals', '/ws/symbols/AAPL', '/stream?symbols=AAPL', '/socket.io/?EIO=4&transport=websocket'];
const POLLING = '/socket.io/?EIO=4&transport=polling';

let server: TestServer;
const open: WebSocket[] = [];

beforeAll(async () => { server = await startServer({ WS_MAX_CONNECTIONS: String(PER_NODE), WS_MAX_CONNECTIONS_PER_IP: String(PER_ADDRESS), SYMBOLS: 'AAPL' }); });
afterAll(async () => {
  const output = server.output();
  await cleanUp();
  expect(output).not.toMatch(/INTERNAL|[Uu]nhandled/);
});

/** All of 127.0.0.0/8 is this machine. */
async function connect(path: string, localAddress = '127.0.0.1'): Promise<WebSocket> {
  const ws = new WebSocket(server.ws + path, { localAddress });
  await once(ws, 'open');
  open.push(ws);
  return ws;
}

const report = async (): Promise<{ active_connections: number }> => ((await (await fetch(`${server.url}/ws/status`)).json()) as { websocket_manager: { active_connections: number } }).websocket_manager;

afterEach(async () => {
  await Promise.all(open.splice(0).map(async (ws) => {
    if (ws.readyState === WebSocket.CLOSED) return;
    const closed = once(ws, 'close');
    ws.terminate();
    await closed;
  }));
  while ((await report()).active_connections > 0);
});

const tooMany = (status: number) => ({ status, retryAfter: expect.stringMatching(/^[1-9]\d*$/), body: { code: 'TOO_MANY_CONNECTIONS', status, retry_after_ms: expect.any(Number) } });

describe.each(PATHS)('on %s', (path) => {
  it('refuses an address with 429 and a full node with 503, and takes the next when one has gone', async () => {
    for (let count = 0; count < PER_ADDRESS; count += 1) await connect(path);
    expect(await refusedUpgrade(server.ws + path)).toMatchObject(tooMany(429));
    expect(await answerOf(server.url + POLLING)).toMatchObject(tooMany(429));
    await connect(path, '127.0.0.2');
    expect(await refusedUpgrade(server.ws + path, { localAddress: '127.0.0.2' })).toMatchObject(tooMany(503));
    expect((await fetch(`${server.url}/live`)).status).toBe(200);

    open[0]!.terminate();
    await entry(path);
  });
});

/** The server notices a moment later that a client has gone. */
async function entry(path: string): Promise<void> {
  for (;;) {
    try {
      await connect(path);
      return;
    } catch (error) {
      expect(String(error)).toContain('429');
    }
  }
}

it('counts clients that poll, also when many come at once, and gives their places back', async () => {
  const url = server.url + POLLING;
  const answers = await Promise.all(Array.from({ length: 40 }, () => answerOf(url)));
  const admitted = answers.filter(({ status }) => status === 200);
  expect(admitted).toHaveLength(PER_ADDRESS);
  for (const refused of answers) if (refused.status !== 200) expect(refused).toMatchObject(tooMany(429));
  expect(await refusedUpgrade(`${server.ws}/ws/signals`)).toMatchObject(tooMany(429));
  for (const { body } of admitted) {
    const { sid } = JSON.parse(String(body).slice(1)) as { sid: string };
    await answerOf(`${url}&sid=${sid}`, { method: 'POST', body: '1' }); // engine.io's close
  }
  await entry('/ws/signals');
});

it('gives a place back where a handshake comes to nothing', async () => {
  for (let times = 0; times < 3 * PER_NODE; times += 1) expect((await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`)).status).toBe(400);
  for (let count = 0; count < PER_ADDRESS; count += 1) await connect('/ws/signals');
});

it('counts a client once that goes from polling to WebSocket', async () => {
  const clients: SocketIoClient[] = [];
  for (let count = 0; count < PER_ADDRESS; count += 1) {
    const one = await SocketIoClient.open(server.url);
    clients.push(one);
    if (one.below.transport.name === 'polling') await new Promise<void>((resolve) => one.socket.io.engine.once('upgrade', () => resolve()));
    expect((await one.ask('get_status')).data.websocket_manager.active_connections).toBe(count + 1);
  }
  expect(await refusedUpgrade(`${server.ws}/ws/signals`)).toMatchObject(tooMany(429));
  await expect(SocketIoClient.open(server.url)).rejects.toThrow('xhr poll error');
  for (const one of clients) one.close();
});

it('makes no more sessions than connections, however often one asks for the namespace', async () => {
  const total = async (): Promise<number> => ((await (await fetch(`${server.url}/ws/status`)).json()) as { websocket_manager: { total_connections: number } }).websocket_manager.total_connections;
  const before = await total();
  let opened = await answerOf(server.url + POLLING);
  while (opened.status === 429) opened = await answerOf(server.url + POLLING);
  const url = `${server.url}${POLLING}&sid=${(JSON.parse(String(opened.body).slice(1)) as { sid: string }).sid}`;
  await answerOf(url, { method: 'POST', body: Array.from({ length: 20 }, () => '40').join('\x1e') });
  await answerOf(url); // what it is told, or that it has gone
  expect(await total()).toBeLessThanOrEqual(before + 1);
  await answerOf(url, { method: 'POST', body: '1' });
});
