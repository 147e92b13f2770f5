import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { CODES } from '../../src/model/codes.js';
import { oddPacket, Random, rawText, socketIoText, value } from '../support/random-frames.js';
import { answerOf } from '../support/refusals.js';
import { SEED } from '../support/seeded.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS } from '../support/transports.js';

const FRAMES = 10_000;
const POSTS = 500;
const HANDSHAKES = 500;
/** What the server may close with: a code of the table, or WebSocket's own where a frame is none (1002, 1007). */
const CLOSES: ReadonlySet<number> = new Set<number>([...Object.values(CODES).flatMap((row) => ('close' in row ? [row.close as number] : [])), 1002, 1007]);
/** With no code, where a client said goodbye to Socket.IO itself, or sent what is no message of engine.io, which then ends it. */
const NO_CODE = 1005;
const GOODBYE = /^(41|[^4]|$)/;

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ SYMBOLS: 'AAPL,NVDA,BTC/USD', WS_MAX_CONNECTIONS_PER_IP: '1000' });
  console.log(`Random frames with FC_SEED=${SEED}`);
});
afterAll(cleanUp);

interface Sent {
  readonly text?: string;
  readonly binary?: Buffer;
}

interface Talk {
  readonly said: string[];
  /** null where it is still open. */
  readonly close: number | null;
}

/** Sends all at once on a new connection and listens until `done` or the end. */
async function talk(path: string, opening: string | null, frames: readonly Sent[], done: (text: string) => boolean): Promise<Talk> {
  const ws = new WebSocket(server.ws + path);
  const said: string[] = [];
  let close: number | null = null;
  const over = new Promise<void>((resolve) => {
    ws.on('message', (data) => {
      said.push(String(data));
      if (String(data) === '2') ws.send('3'); // engine.io asks whether we live
      if (done(String(data))) resolve();
    });
    ws.on('close', (code) => {
      close = code;
      resolve();
    });
    ws.on('error', () => undefined);
  });
  await once(ws, 'open');
  if (opening !== null) await connected(ws, opening);
  for (const { text, binary } of frames) ws.send(text ?? binary!, { binary: text === undefined });
  if (opening !== null && frames.some(({ text = '' }) => text.startsWith('41'))) ws.close(); // to one who has left its namespace Socket.IO says nothing more
  await over;
  ws.terminate();
  return { said, close };
}

/** Resolves when Socket.IO has let the client into the namespace, or not. */
async function connected(ws: WebSocket, opening: string): Promise<void> {
  ws.send(opening);
  await new Promise<void>((resolve) => {
    ws.on('message', (data) => { if (/^4[04]/.test(String(data))) resolve(); });
    ws.on('close', () => resolve());
  });
}

function expectTyped(error: unknown, frames: readonly Sent[]): void {
  const { code, message, retryable, details } = error as Record<string, unknown>;
  const typed = typeof code === 'string' && code in CODES && code !== 'INTERNAL' && typeof message === 'string' && message !== '' && typeof retryable === 'boolean' && Array.isArray(details);
  if (!typed) throw new Error(`seed ${SEED}: ${JSON.stringify(error)} is no typed error; one of ${JSON.stringify(frames).slice(0, 20_000)}`);
}

/** Batches that go on, and some that are closed 4400. */
function* batches(random: Random, frame: () => Sent): Generator<Sent[]> {
  for (let left = FRAMES; left > 0;) {
    const count = Math.min(left, 10 + random.below(60));
    yield Array.from({ length: count }, frame);
    left -= count;
  }
}

it(`answers each of ${FRAMES} raw frames, or closes with a code of the table`, async () => {
  const random = new Random(SEED);
  const closes: Record<number, number> = {};
  const frame = (): Sent => {
    const dice = random.below(1000);
    if (dice < 20) return { binary: random.bytes(100) };
    if (dice < 22) return { text: 'x'.repeat(65 * 1024) };
    return { text: dice < 30 ? '' : rawText(random) };
  };
  for (const frames of batches(random, frame)) {
    const { said, close } = await talk('/ws/signals', null, [...frames, { text: '{"type":"ping","id":"the last"}' }], (text) => text.includes('"id":"the last"'));
    const answers = said.map((text) => JSON.parse(text) as { type: string; data: unknown }).filter(({ type }) => /^(ack|error|pong|status)$/.test(type));
    for (const { type, data } of answers) if (type === 'error') expectTyped(data, frames);
    if (close === null) expect({ seed: SEED, frames, answers: answers.length }).toEqual({ seed: SEED, frames, answers: frames.length + 1 });
    else {
      expect(CLOSES).toContain(close);
      closes[close] = (closes[close] ?? 0) + 1;
    }
  }
  expect(closes[4400]).toBeGreaterThan(0);
  expect(closes[1009]).toBeGreaterThan(0);
  expect(Object.keys(closes).map(Number)).toEqual(expect.not.arrayContaining([1011]));
});

it(`answers ${FRAMES} Socket.IO packets in its own words, or closes with a code of the table`, async () => {
  const random = new Random(SEED + 1);
  const closes: Record<number, number> = {};
  const frame = (): Sent => {
    const dice = random.below(1000);
    if (dice < 8) return { text: oddPacket(random) };
    if (dice < 28) return { binary: random.bytes(100) };
    if (dice < 30) return { text: `4${'x'.repeat(65 * 1024)}` };
    return { text: socketIoText(random) };
  };
  for (const frames of batches(random, frame)) {
    // of two pings the first may be taken for the rest of a packet that was cut off
    const last: Sent[] = [{ text: '425000["ping"]' }, { text: '425001["ping"]' }];
    const { said, close } = await talk('/socket.io/?EIO=4&transport=websocket', '40', [...frames, ...last], (text) => text.startsWith('435001['));
    for (const text of said) {
      if (text.startsWith('42["error",')) expectTyped((JSON.parse(text.slice(2)) as unknown[])[1], frames);
      else if (text.startsWith('43')) {
        const [answer] = JSON.parse(text.replace(/^43\d+/, '')) as [{ ok: boolean; data?: unknown; error?: unknown }];
        if (answer.ok) expect(answer).toHaveProperty('data');
        else expectTyped(answer.error, frames);
      } else expect(text).toMatch(/^(0\{|2$|3|6$|40\{|41|44|42\["\w+",)/);
    }
    if (close !== null) {
      if (!CLOSES.has(close) && !(close === NO_CODE && frames.some(({ text = '' }) => GOODBYE.test(text)))) throw new Error(`seed ${SEED}: closed with ${close} after ${JSON.stringify(said).slice(-500)}; one of ${JSON.stringify(frames).slice(0, 3000)}`);
      closes[close] = (closes[close] ?? 0) + 1;
    }
  }
  expect(closes[4400]).toBeGreaterThan(0);
  expect(closes[1009]).toBeGreaterThan(0);
  expect(Object.keys(closes).map(Number)).toEqual(expect.not.arrayContaining([1011]));
});

it(`bears ${POSTS} random bodies over polling`, async () => {
  const random = new Random(SEED + 2);
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  let session: string | null = null;
  for (let count = 0; count < POSTS; count += 1) {
    if (session === null) {
      session = (JSON.parse(String((await answerOf(url)).body).slice(1)) as { sid: string }).sid;
      await answerOf(`${url}&sid=${session}`, { method: 'POST', body: '40' });
    }
    const packets = Array.from({ length: 1 + random.below(4) }, () => (random.chance(0.05) ? oddPacket(random) : socketIoText(random)));
    const { status } = await answerOf(`${url}&sid=${session}`, { method: 'POST', body: packets.join('\x1e') });
    expect([200, 400]).toContain(status);
    if (status !== 200 || random.chance(0.1)) session = null;
  }
});

it(`bears ${HANDSHAKES} random handshakes`, async () => {
  const random = new Random(SEED + 3);
  for (let count = 0; count < HANDSHAKES; count += 1) {
    const query = new URLSearchParams(['since', 'client_id', 'token', 'symbols', 'format'].filter(() => random.chance(0.4)).map((name): [string, string] => [name, value(random).slice(0, 500)]));
    if (random.chance(0.3)) {
      const { said } = await talk('/socket.io/?EIO=4&transport=websocket', `40{${['token', 'client_id', 'since'].map((name) => `"${name}":${value(random)}`).join()}}`, [{ text: '425001["ping"]' }], (text) => /^4(4|35001)/.test(text));
      for (const text of said) if (text.startsWith('44')) expectTyped((JSON.parse(text.slice(2)) as { data: unknown }).data, []);
      continue;
    }
    const path = random.pick(['/ws/signals', '/ws/symbols/AAPL', `/ws/symbols/${encodeURIComponent(random.bytes(20).toString('latin1'))}x`, '/stream']);
    const { said, close } = await talk(`${path}?${query}`, null, [{ text: '{"type":"ping"}' }], (text) => /"type":"pong"|"price"/.test(text));
    if (close === null) continue;
    expect(CLOSES).toContain(close);
    expectTyped((JSON.parse(said.at(-1)!) as { data: unknown }).data, []);
  }
});

it('serves well after all of it, and has nothing to complain of', async () => {
  for (const { connect } of TRANSPORTS) {
    const one = await connect(server);
    const { data: { run_id } } = await one.ask('analyze', { symbol: 'AAPL' });
    await one.find(({ type, data }) => type === 'signal_update' && data.run_id === run_id);
    one.close();
  }
  expect(await server.stop()).toBe(0);
  expect(server.output()).not.toMatch(/INTERNAL|"level":[56]0|[Uu]nhandled|Warning/);
});
