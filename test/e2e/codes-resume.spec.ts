import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS, type Client } from '../support/transports.js';

const ROOM = 'symbol:AAPL';

let server: TestServer;
let witness: RawClient;
let epoch: string;

/** Everything that the room's log has. */
const log = (): Frame[] => witness.logged(ROOM);
const head = (): number => log().length;
const from = (offset: number): Frame[] => log().filter((frame) => frame.offset! > offset);

async function analyse(): Promise<void> {
  const { data: { run_id } } = await witness.ask('analyze', { symbol: 'AAPL' });
  await witness.find(({ type, data }) => type === 'signal_update' && data.run_id === run_id);
}

beforeAll(async () => {
  server = await startServer({ ANALYZE_PER_MINUTE: '1000', SYMBOLS: 'AAPL,NVDA,BTC/USD', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', TRADING: 'off' }); // decisions would come into the room whenever they are made
  witness = await RawClient.open(`${server.ws}/ws/signals`);
  epoch = (await witness.ask('subscribe', { symbol: 'AAPL' })).data.rooms[0].epoch;
  await witness.find(({ type }) => type === 'signal_update'); // of the first subscription
  await analyse();
});
afterAll(cleanUp);

describe.each(TRANSPORTS)('over $name', ({ connect }) => {
  const open: Client[] = [];
  afterAll(() => open.forEach((one) => one.close()));

  /** Subscribes and returns the answer, and what of the room came after it. */
  async function resume(since: unknown): Promise<{ joined: Record<string, unknown>; after: () => Frame[]; one: Client }> {
    const one = await connect(server);
    open.push(one);
    const answer = await one.ask('subscribe', { symbol: 'AAPL', since });
    expect(one.frames.slice(0, one.frames.indexOf(answer)).filter(({ room }) => room === ROOM)).toEqual([]); // the ack is first
    return { joined: answer.data.rooms[0], after: () => one.frames.filter(({ room }) => room === ROOM), one };
  }
  /** Where what was missed ends and what is new begins. */
  const snapshotOf = (one: Client): Promise<Frame[]> => one.until(() => {
    const snapshot = one.frames.filter((frame) => frame.room === ROOM && frame.snapshot);
    return snapshot.some(({ type }) => type === 'signal_update') && snapshot;
  });

  it('goes on from the head', async () => {
    const { joined, after, one } = await resume({ epoch, offset: head() });
    expect(joined).toEqual({ room: ROOM, epoch, offset: head(), recovered: true, replayed: 0 });
    await snapshotOf(one);
    expect(after().filter(({ offset }) => offset !== undefined)).toEqual([]);
  });

  it.each([0, 1, 10, -1])('sends what was missed after %i, as first sent, then the snapshot, then what is new', async (at) => {
    const offset = at < 0 ? head() + at : at;
    const missed = from(offset);
    const { joined, after, one } = await resume({ epoch, offset });
    expect(joined).toEqual({ room: ROOM, epoch, offset, recovered: true, replayed: missed.length });
    const snapshot = await snapshotOf(one);
    const before = head();
    await analyse();
    await one.until(() => after().filter((frame) => frame.offset !== undefined).length === missed.length + head() - before);
    expect(after().filter(({ type, snapshot: isSnapshot }) => type !== 'price_update' || isSnapshot)).toEqual([...missed, ...snapshot, ...from(before)]);
    expect(snapshot.map(({ type, offset: place }) => [type, place])).toEqual([['price_update', undefined], ['signal_update', undefined]]);
    expect(snapshot[1]!.data).toEqual(log().filter(({ type, offset: place }) => type === 'signal_update' && place! <= before).at(-1)!.data);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['another epoch', () => ({ epoch: 'another', offset: 3 })],
    ['a place beyond the head', () => ({ epoch, offset: head() + 1 })],
  ])('begins anew with the snapshot after %s, and says so', async (_what, since) => {
    const { joined, after, one } = await resume(since());
    expect(joined).toEqual({ room: ROOM, epoch, offset: head(), recovered: false, replayed: 0 });
    const snapshot = await snapshotOf(one);
    const before = head();
    await analyse();
    await one.until(() => after().some(({ offset }) => offset === head()));
    expect(after().filter(({ type, snapshot: isSnapshot }) => type !== 'price_update' || isSnapshot)).toEqual([...snapshot, ...from(before)]);
  });

  it('takes a map of rooms to positions, in any spelling', async () => {
    const one = await connect(server);
    open.push(one);
    const other = (await one.ask('subscribe', { symbol: 'btcusd' })).data.rooms[0] as { epoch: string };
    await one.find(({ type, data }) => type === 'signal_update' && data.symbol === 'BTC/USD');
    await one.ask('unsubscribe', { symbol: 'btcusd' });
    const since = { [ROOM]: { epoch, offset: 2 }, 'symbol:btc-usd': { epoch: other.epoch, offset: 1 } };
    const { data } = await one.ask('subscribe', { symbols: ['AAPL', 'btc-usd', 'NVDA'], since });
    expect(data.rooms).toMatchObject([{ room: ROOM, offset: 2, recovered: true }, { room: 'symbol:BTC/USD', offset: 1, recovered: true }, { room: 'symbol:NVDA', recovered: false }]);
    await one.ask('unsubscribe', { symbol: 'btcusd' });
    expect((await one.ask('subscribe', { room: 'symbol:btc-usd', since })).data.rooms).toMatchObject([{ offset: 1, recovered: true }]);
  });
});
