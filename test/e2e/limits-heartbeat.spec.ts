import { afterAll, beforeAll, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { RawClient } from '../support/raw-client.js';
import { answerOf } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { ending, TRANSPORTS, type Client } from '../support/transports.js';

const INTERVAL_MS = 300;
const TIMEOUT_MS = 2 * INTERVAL_MS;
/** How long a live client is watched. */
const LONG_MS = 5 * INTERVAL_MS;

let server: TestServer;

beforeAll(async () => { server = await startServer({ WS_HEARTBEAT_INTERVAL: String(INTERVAL_MS / 1000), SYMBOLS: 'AAPL', SIM_TICK_MS: '100' }); });
afterAll(cleanUp);

const gone = { code: 'HEARTBEAT_TIMEOUT', retryable: true };

it.each(['/ws/signals', '/ws/symbols/AAPL'])('closes 4001 on %s where no ping is answered', async (path) => {
  const begun = performance.now();
  const one = await RawClient.open(server.ws + path, { autoPong: false });
  expect(await ending(one)).toMatchObject({ ...gone, close: 4001 });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(TIMEOUT_MS - 50);
});

it('closes 4001 on /stream too, where nothing is logged or acknowledged', async () => {
  const one = await RawClient.open(`${server.ws}/stream?symbols=AAPL`, { autoPong: false });
  expect((await one.end()).code).toBe(4001);
});

it('closes 4001 where a Socket.IO client is silent', async () => {
  const ws = new WebSocket(`${server.ws}/socket.io/?EIO=4&transport=websocket`);
  const said: string[] = [];
  ws.on('message', (data) => {
    said.push(String(data));
    if (said.length === 1) ws.send('40');
  });
  const code = await new Promise<number>((resolve) => ws.on('close', resolve));
  expect(code).toBe(4001);
  expect(said.some((packet) => packet.startsWith('42["error",{"code":"HEARTBEAT_TIMEOUT"'))).toBe(true);
  expect(said).toContain('2'); // it was asked
});

it('ends a polling client that only listens', async () => {
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse(String((await answerOf(url)).body).slice(1)) as { sid: string };
  await answerOf(`${url}&sid=${sid}`, { method: 'POST', body: '40' });
  let said = '';
  for (let answer = await answerOf(`${url}&sid=${sid}`); answer.status === 200; answer = await answerOf(`${url}&sid=${sid}`)) said += String(answer.body);
  expect(said).toContain('42["error",{"code":"HEARTBEAT_TIMEOUT"');
});

it('lets everyone stay who gives a sign of life', async () => {
  const silent = (): Promise<RawClient> => RawClient.open(`${server.ws}/ws/signals`, { autoPong: false });
  const alive: [string, Client, sign: (one: Client) => void][] = await Promise.all([
    ...TRANSPORTS.map(async ({ name, connect }): Promise<[string, Client, () => void]> => [`${name} that answers pings`, await connect(server), () => undefined]),
    silent().then((one): [string, Client, () => void] => ['pings of the protocol', one, () => one.ws.ping()]),
    silent().then((one): [string, Client, () => void] => ['pings as commands', one, () => one.send('{"type":"ping"}')]),
    silent().then((one): [string, Client, () => void] => ['anything at all', one, () => one.send('nonsense')]),
  ]);
  const begun = performance.now();
  const timer = setInterval(() => alive.forEach(([, one, sign]) => sign(one)), INTERVAL_MS / 2);
  await Promise.all(alive.map(async ([what, one]) => {
    await one.ask('subscribe', { symbol: 'AAPL' });
    // prices come, and pass the time, while the client itself does nothing else
    await one.until(() => performance.now() - begun > LONG_MS, what);
    one.close();
  }));
  clearInterval(timer);
});
