import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { answerOf, posted, refusedUpgrade } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { SocketIoClient } from '../support/socketio-client.js';
import { ending, refusals, type Ending } from '../support/transports.js';

/** Clients are sent away over 3 s where a node is full, in proportion where it is not. */
const env = { WS_MAX_CONNECTIONS: '9', SYMBOLS: 'AAPL,NVDA', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1' };
const POLLING = '/socket.io/?EIO=4&transport=polling';

let server: TestServer;
let raws: RawClient[];
let socketIos: SocketIoClient[];
/** The last to be sent away. */
let last: RawClient;
const ends = new Map<SocketIoClient, Ending>();

const ready = async (): Promise<number> => (await fetch(`${server.url}/ready`)).status;

beforeAll(async () => {
  server = await startServer(env);
  const raw = (path: string): Promise<RawClient> => RawClient.open(server.ws + path);
  const socketIo = (transports: string[]): Promise<SocketIoClient> => SocketIoClient.open(server.url, { transports, reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 200 });
  raws = [await raw('/ws/signals'), await raw('/ws/symbols/NVDA'), await raw('/ws/signals')];
  socketIos = [await socketIo(['websocket']), await socketIo(['polling', 'websocket']), await socketIo(['polling'])];
  last = await raw('/ws/signals');
});
afterAll(async () => {
  for (const one of socketIos) one.close();
  await cleanUp();
});

it('finishes the work in hand, takes no more, sends everyone elsewhere, and exits with 0 within 15 s', async () => {
  const [{ data: { run_id } }] = await Promise.all([last.ask('analyze', { symbol: 'AAPL' }), ...raws.map((one) => one.ask('ping'))]);
  expect(await ready()).toBe(200);
  const begun = performance.now();
  const exit = server.stop();
  const closed = raws.map((one) => ending(one));
  for (const one of socketIos) void ending(one).then((end) => ends.set(one, end));

  while ((await ready()) !== 503);
  expect(await last.ask('analyze', { symbol: 'NVDA' })).toMatchObject({ type: 'error', data: { code: 'DRAINING', retryable: true } });
  expect(await answerOf(`${server.url}/api/analyze`, posted({ symbol: 'NVDA' }))).toMatchObject({ status: 503, body: { code: 'DRAINING' } });
  for (const path of ['/ws/signals', '/stream?symbols=AAPL', '/socket.io/?EIO=4&transport=websocket']) {
    expect(await refusedUpgrade(server.ws + path)).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[1-9]/), body: { code: 'DRAINING' } });
  }
  expect(await answerOf(server.url + POLLING)).toMatchObject({ status: 503, body: { code: 'DRAINING' } });
  await last.find(({ type, data }) => type === 'signal_update' && data.run_id === run_id);

  for (const end of [...await Promise.all(closed), await ending(last)]) expect(end).toMatchObject({ code: 'DRAINING', retryable: true, close: 1012 });
  expect(await exit).toBe(0);
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(server.output()).not.toMatch(/INTERNAL|"level":60|[Uu]nhandled/);
});

it('tells Socket.IO clients the same, and they come back by themselves', async () => {
  for (const one of socketIos) {
    expect(refusals(one).at(-1)?.data).toMatchObject({ code: 'DRAINING', retryable: true });
    expect(ends.get(one)?.reason).toBe('transport close');
    expect(one.socket.active).toBe(true);
  }
  expect(ends.get(socketIos[0]!)?.close).toBe(1012);
  await startServer({ ...env, DATA_DIR: server.dataDir, PORT: new URL(server.url).port });
  await Promise.all(socketIos.map(async (one) => {
    await one.back();
    expect((await one.ask('subscribe', { symbol: 'AAPL' })).type).toBe('ack');
  }));
});
