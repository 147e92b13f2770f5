import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { connect, type Message } from '../../src/client/index.js';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS, type Client } from '../support/transports.js';

const ROOM = 'symbol:AAPL';
const ALL = { from: '2000-01-01', to: '2100-01-01' };
const QUIET = { ANALYZE_PER_MINUTE: '100000', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', TRADING: 'off' };

let server: TestServer;
let witness: RawClient;

const logged = (): Frame[] => witness.logged(ROOM);
const within = (from: string, to: string): Frame[] => logged().filter(({ data: { timestamp } }) => timestamp >= from && timestamp < to);
const marketTimes = (): string[] => [...new Set(logged().map(({ data }) => data.timestamp as string))];
const asReplayed = (frames: readonly Frame[]): Frame[] => frames.map((frame) => ({ ...frame, replayed: true }));
const replayedTo = (one: Client): Frame[] => one.frames.filter(({ replayed }) => replayed);

async function analyse(symbol: string, times: number): Promise<void> {
  for (let left = times; left > 0; left -= 1) {
    const { data: { run_id: run } } = await witness.ask('analyze', { symbol });
    await witness.find(({ type, data }) => type === 'signal_update' && data.run_id === run);
  }
}

beforeAll(async () => {
  server = await startServer({ ...QUIET, SYMBOLS: 'AAPL,NVDA', SIM_TICK_MS: '10' });
  witness = await RawClient.open(`${server.ws}/ws/signals`);
  await witness.ask('subscribe', { symbol: 'AAPL' });
  await witness.find(({ type }) => type === 'signal_update'); // of the first subscription
  // several runs may look at one moment of the market
  while (marketTimes().length < 25) await analyse('AAPL', 1);
});
afterAll(cleanUp);

describe.each(TRANSPORTS)('replay over $name', ({ connect: open }) => {
  const clients: Client[] = [];
  const client = async (): Promise<Client> => {
    const one = await open(server);
    clients.push(one);
    return one;
  };
  afterAll(() => clients.forEach((one) => one.close()));

  it('sends a stretch of market time as first sent, in order, and then the answer', async () => {
    const one = await client();
    const times = marketTimes();
    const [from, to] = [times[5]!, times[20]!];
    const answer = await one.ask('replay', { symbol: 'aapl', from, to });
    const wanted = within(from, to);
    expect(wanted.length).toBeGreaterThan(100);
    expect(answer.data).toEqual({ count: wanted.length, next: null });
    expect(replayedTo(one)).toEqual(asReplayed(wanted));
    expect(one.frames.indexOf(answer)).toBeGreaterThan(one.frames.lastIndexOf(replayedTo(one).at(-1)!));
  });

  it('goes on page by page, without a hole or a repetition, wherever it is cut', async () => {
    const one = await client();
    let cursor: string | undefined;
    const counts: number[] = [];
    do {
      const { data } = await one.ask('replay', { symbol: 'AAPL', ...ALL, limit: 37, cursor });
      counts.push(data.count);
      cursor = data.next ?? undefined;
    } while (cursor !== undefined);
    expect(replayedTo(one)).toEqual(asReplayed(logged()));
    expect(counts.slice(0, -1).every((count) => count === 37)).toBe(true);
    expect(counts.at(-1)).toBeGreaterThan(0);
  });

  it('keeps to the types that are asked for', async () => {
    const one = await client();
    const signals = logged().filter(({ type }) => type === 'signal_update');
    const { data } = await one.ask('replay', { symbol: 'AAPL', ...ALL, types: ['signal_update'], limit: signals.length });
    expect(data).toEqual({ count: signals.length, next: null });
    expect(replayedTo(one)).toEqual(asReplayed(signals));
  });

  it('answers an empty stretch, and refuses what it cannot read with the paths', async () => {
    const one = await client();
    expect((await one.ask('replay', { symbol: 'AAPL', from: '2001-01-01', to: '2001-01-02T00:00:00+02:00' })).data).toEqual({ count: 0, next: null });
    const paths = async (fields: Record<string, unknown>): Promise<unknown> => {
      const { data } = await one.ask('replay', { symbol: 'AAPL', ...ALL, ...fields });
      return [data.code, ...(data.details as { path: string }[]).map(({ path }) => path)];
    };
    expect(await paths({ from: 'yesterday', limit: 1001, types: ['nonsense'] })).toEqual(['VALIDATION_ERROR', 'from', 'limit', 'types[0]']);
    expect(await paths({ from: '2026-02-30T00:00:00Z' })).toEqual(['VALIDATION_ERROR', 'from']);
    expect(await paths({ to: '2026-01-01T00:00:00' })).toEqual(['VALIDATION_ERROR', 'to']);
    expect(await paths({ to: ALL.from })).toEqual(['VALIDATION_ERROR', 'to']);
    expect(await paths({ cursor: 'nonsense' })).toEqual(['VALIDATION_ERROR', 'cursor']);
    expect(await paths({ cursor: Buffer.from('another 3').toString('base64url') })).toEqual(['VALIDATION_ERROR', 'cursor']);
    expect(await paths({ symbol: 'NOBODY' })).toEqual(['UNKNOWN_SYMBOL', 'symbol']);
  });
});

describe('replay', () => {
  it('is no backlog of a client with a small queue, and goes at the pace at which it reads', async () => {
    const small = await startServer({ ...QUIET, SYMBOLS: 'AAPL', WS_MESSAGE_QUEUE_SIZE: '20' });
    const one = await RawClient.open(`${small.ws}/ws/signals`);
    for (let run = 0; run < 90; run += 1) {
      const { data: { run_id: id } } = await one.ask('analyze', { symbol: 'AAPL' });
      await one.find(({ type, data }) => type === 'signal_update' && data.run_id === id);
    }
    const reader = await RawClient.open(`${small.ws}/ws/signals`);
    const asked = Array.from({ length: 12 }, () => reader.ask('replay', { symbol: 'AAPL', ...ALL }));
    reader.ws.pause();
    expect((await one.ask('ping')).type).toBe('pong'); // others are served meanwhile
    reader.ws.resume();
    expect((await Promise.all(asked)).every(({ data }) => data.count === 990)).toBe(true);
    expect(replayedTo(reader)).toHaveLength(12 * 990);
    const gone = await RawClient.open(`${small.ws}/ws/signals`);
    gone.ws.pause();
    for (let at = 0; at < 12; at += 1) gone.send({ type: 'replay', symbol: 'AAPL', ...ALL });
    gone.ws.terminate();
    expect((await one.ask('ping')).type).toBe('pong');
    expect(await small.stop()).toBe(0);
    expect(small.output()).not.toMatch(/error/i);
  });

  it('comes to the handlers of the typed client', async () => {
    const got: Message[] = [];
    const client = connect({ url: server.url, WebSocket: WebSocket as never, onMessage: (message) => got.push(message) });
    const { count, next } = await client.replay('AAPL', { ...ALL, limit: 20 });
    expect(got.filter(({ replayed }) => replayed)).toEqual(asReplayed(logged().slice(0, 20)));
    expect(count).toBe(20);
    expect(await client.replay('AAPL', { ...ALL, cursor: next! })).toEqual({ count: logged().length - 20, next: null });
    client.close();
  });
});

describe('GET /api/rooms/:room/messages', () => {
  const get = async (path: string): Promise<{ status: number; body: { items: Frame[]; next: string | null; code?: string } }> => {
    const response = await fetch(`${server.url}/api/rooms/${path}`);
    return { status: response.status, body: await response.json() as never };
  };

  it('pages the same messages', async () => {
    const items: Frame[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body } = await get(`symbol%3Aaapl/messages?limit=100${next && `&cursor=${next}`}`);
      items.push(...body.items);
      next = body.next;
    }
    expect(items).toEqual(asReplayed(logged()));
    const some = await get(`symbol:AAPL/messages?from=${ALL.from}&to=${ALL.to}&types=signal_update,system_alert&limit=3`);
    expect(some.body.items).toEqual(asReplayed(logged().filter(({ type }) => type === 'signal_update').slice(0, 3)));
  });

  it('is for those who may join the room', async () => {
    expect(await get('system/messages')).toMatchObject({ status: 200, body: { next: null } });
    expect(await get('client:alice/messages')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await get('agent:nobody/messages')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await get('symbol:NOBODY/messages')).toMatchObject({ status: 404, body: { code: 'UNKNOWN_SYMBOL' } });
    expect(await get('nonsense/messages')).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    expect(await get('symbol:AAPL/messages?limit=501&from=x')).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
  });
});

describe('retention', () => {
  it('ends what can be resumed, says so, and keeps the last signal for the snapshot', async () => {
    const dataDir = await freshDataDir();
    const env = { ...QUIET, SYMBOLS: 'AAPL', DATA_DIR: dataDir };
    const before = await startServer(env);
    const one = await RawClient.open(`${before.ws}/ws/signals`);
    const { epoch } = (await one.ask('subscribe', { symbol: 'AAPL' })).data.rooms[0];
    await one.find(({ type }) => type === 'signal_update');
    for (let run = 0; run < 29; run += 1) {
      const { data: { run_id: id } } = await one.ask('analyze', { symbol: 'AAPL' });
      await one.find(({ type, data }) => type === 'signal_update' && data.run_id === id);
    }
    const all = one.logged(ROOM);
    expect(all).toHaveLength(330);
    expect(await before.stop()).toBe(0);

    const after = await startServer({ ...env, ROOM_KEEP_MESSAGES: '20' });
    const kept = async (): Promise<Frame[]> => ((await (await fetch(`${after.url}/api/rooms/symbol:AAPL/messages?limit=500`)).json()) as { items: Frame[] }).items;
    while ((await kept()).length > 20) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await kept()).toEqual(asReplayed(all.slice(-20)));
    const resume = async (offset: number): Promise<{ joined: unknown; frames: () => Frame[]; client: RawClient }> => {
      const client = await RawClient.open(`${after.ws}/ws/signals`);
      const { data } = await client.ask('subscribe', { symbol: 'AAPL', since: { epoch, offset } });
      await client.find(({ type, snapshot }) => type === 'signal_update' && snapshot === true);
      return { joined: data.rooms[0], frames: () => client.logged(ROOM), client };
    };
    const late = await resume(309);
    expect(late.joined).toMatchObject({ offset: 330, recovered: false, replayed: 0 });
    const early = await resume(310);
    expect(early.joined).toMatchObject({ offset: 310, recovered: true });
    expect(early.frames().slice(0, 20)).toEqual(all.slice(-20));
    expect(late.client.frames.find(({ snapshot, type }) => snapshot && type === 'signal_update')!.data).toEqual(all.at(-1)!.data);
    expect(await after.stop()).toBe(0);
  });
});
