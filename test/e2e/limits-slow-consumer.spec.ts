import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type WebSocket from 'ws';
import { RawClient, type Frame } from '../support/raw-client.js';
import { answerOf } from '../support/refusals.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { ending, TRANSPORTS, type Client } from '../support/transports.js';

const ROOM = 'symbol:BTCUSDT';
const [RAW, SOCKET_IO] = TRANSPORTS;

let server: TestServer;
let witness: RawClient;

/** Each candle is a run, and each run eleven messages, as fast as they can be stored. */
async function candles(count: number): Promise<string> {
  const path = join(await freshDataDir(), 'candles.csv');
  let price = 100;
  const rows = Array.from({ length: count }, (_, at) => {
    const open = price;
    price += Math.sin(at / 7) + Math.cos(at / 31) / 2;
    return [new Date(Date.UTC(2024, 0, 1) + at * 60_000).toISOString(), open, Math.max(open, price) + 0.3, Math.min(open, price) - 0.3, price, 1000 + at].join();
  });
  await writeFile(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
  return path;
}

beforeAll(async () => {
  server = await startServer({ FEED: 'replay', REPLAY_FILES: `BTCUSDT=${await candles(2000)}`, REPLAY_SPEED: '0', REPLAY_LOOP: 'true', WS_MESSAGE_QUEUE_SIZE: '50' });
  witness = await RawClient.open(`${server.ws}/ws/signals`);
  await witness.ask('subscribe', { room: ROOM });
});
afterAll(async () => {
  const output = server.output();
  await cleanUp();
  expect(output).not.toMatch(/INTERNAL|"level":[56]0|[Uu]nhandled/);
});

const socketOf = (client: Client): WebSocket => (client instanceof RawClient ? client.ws : (client.below.transport as unknown as { ws: WebSocket }).ws);
const metric = async (name: string): Promise<number> => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
const memory = async (): Promise<number> => (await metric('conclave_nodejs_heap_size_used_bytes')) + (await metric('conclave_nodejs_external_memory_bytes'));
const dropped = async (): Promise<number> => ((await (await fetch(`${server.url}/ws/status`)).json()) as { dropped: { SLOW_CONSUMER?: number } }).dropped.SLOW_CONSUMER ?? 0;

/** Polls the server until it has dropped so many; that poll is also the proof that it goes on serving. Between two looks it has time for what fills the lines. */
async function untilDropped(count: number, look: () => Promise<void> = async () => undefined): Promise<void> {
  for (; (await dropped()) < count; await look()) await setTimeout(100);
}

const wholeFrom = (frames: readonly Frame[]): boolean => frames.every(({ offset }, at) => offset === frames[0]!.offset! + at);

it.each([RAW!, SOCKET_IO!])('closes 4008 where $name does not read, and lets it resume', async ({ connect }) => {
  const before = await dropped();
  const one = await connect(server);
  await one.ask('subscribe', { room: ROOM });
  await one.until(() => one.logged(ROOM).length > 20);
  socketOf(one).pause();
  await untilDropped(before + 1);
  socketOf(one).resume();
  expect(await ending(one)).toMatchObject({ code: 'SLOW_CONSUMER', retryable: true, close: 4008 });

  const had = one.logged(ROOM);
  expect(wholeFrom(had)).toBe(true);
  const { epoch, offset } = had.at(-1)!;
  const again = await connect(server);
  const { data } = await again.ask('subscribe', { room: ROOM, since: { epoch, offset } });
  expect(data.rooms).toMatchObject([{ epoch, offset, recovered: true }]);
  await again.until(() => again.logged(ROOM).length > 300);
  expect(again.logged(ROOM)[0]!.offset).toBe(offset! + 1);
  expect(wholeFrom(again.logged(ROOM))).toBe(true);
  again.close();
});

it('ends a client that polls no more, and forgets what waited for it', async () => {
  const before = await dropped();
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse(String((await answerOf(url)).body).slice(1)) as { sid: string };
  const post = (body: string) => answerOf(`${url}&sid=${sid}`, { method: 'POST', body });
  await post('40');
  await post(`42["subscribe",{"room":"${ROOM}"}]`);
  await untilDropped(before + 1);
  while ((await post('3')).status === 200);
  expect(await answerOf(`${url}&sid=${sid}`)).toMatchObject({ status: 400, body: { message: 'Session ID unknown' } });
});

it('keeps memory bounded under many that do not read, while the others miss nothing', async () => {
  const count = 12;
  const [before, from] = [await dropped(), witness.logged(ROOM).length];
  const clients = await Promise.all(Array.from({ length: count }, (_, at) => TRANSPORTS[at % 2]!.connect(server)));
  await Promise.all(clients.map((one) => one.ask('subscribe', { room: ROOM })));
  const atFirst = await memory();
  for (const one of clients) socketOf(one).pause();
  let most = 0;
  await untilDropped(before + count, async () => { most = Math.max(most, await memory()); });
  expect(most - atFirst).toBeLessThan(count * 4 * 1024 * 1024 + 64 * 1024 * 1024);
  for (const one of clients) socketOf(one).terminate();

  const soFar = witness.logged(ROOM).length;
  expect(soFar).toBeGreaterThan(from);
  await witness.until(() => witness.logged(ROOM).length > soFar + 100);
  expect(witness.closed).toBeNull();
  expect(wholeFrom(witness.logged(ROOM))).toBe(true);
}, 900_000); // what fills the lines of twelve is much for a busy machine
