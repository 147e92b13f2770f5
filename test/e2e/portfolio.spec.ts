import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS, type Client } from '../support/transports.js';

const SYMBOLS = Array.from({ length: 500 }, (_, at) => `P${String(at).padStart(3, '0')}`);
const ROOMS = SYMBOLS.map((symbol) => `symbol:${symbol}`);

interface Joined {
  readonly room: string;
  readonly epoch: string;
  readonly offset: number;
  readonly recovered: boolean;
  readonly replayed: number;
}
type Positions = Record<string, { epoch: string; offset: number }>;

let server: TestServer;
let witness: RawClient;

beforeAll(async () => {
  server = await startServer({ SYMBOLS: SYMBOLS.join(','), ANALYZE_PER_MINUTE: '100000', SIGNAL_GENERATION_INTERVAL: '3600', PRICE_MOVE_TRIGGER: '1', TRADING: 'off' }); // it counts the votes and signals of each room
  witness = await RawClient.open(`${server.ws}/ws/signals`);
  await witness.ask('subscribe', { symbols: SYMBOLS });
  await witness.until(() => signals(witness).length === 500, 'the first analyses');
});
afterAll(cleanUp);

const signals = (one: Client): Frame[] => one.frames.filter(({ type, offset }) => type === 'signal_update' && offset !== undefined);
const offsets = (one: Client): Map<string, number[]> => {
  const found = new Map<string, number[]>(ROOMS.map((room) => [room, []]));
  for (const { room, offset, replayed } of one.frames) if (offset !== undefined && !replayed) found.get(room!)?.push(offset);
  return found;
};

async function analyse(every: number): Promise<void> {
  const before = signals(witness).length;
  const asked = SYMBOLS.filter((_, at) => at % every === 0);
  for (const symbol of asked) await fetch(`${server.url}/api/analyze`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ symbol }) });
  await witness.until(() => signals(witness).length === before + asked.length, 'the analyses');
}

describe.each(TRANSPORTS)('a portfolio of 500 symbols over $name', ({ connect }) => {
  it('is joined by one command, left, and taken up by the map of positions without a hole', async () => {
    const first = await connect(server);
    const start = performance.now();
    const { data } = await first.ask('subscribe', { symbols: SYMBOLS });
    const took = performance.now() - start;
    const joined = data.rooms as Joined[];
    expect(joined.map(({ room }) => room)).toEqual(ROOMS);
    expect(took).toBeLessThan(1000);
    await first.until(() => first.frames.filter(({ snapshot, type }) => snapshot && type === 'signal_update').length === 500, 'the snapshots');
    await analyse(5);
    await first.until(() => signals(first).length === 100);
    const positions: Positions = Object.fromEntries(joined.map(({ room, epoch, offset }) => [room, { epoch, offset }]));
    for (const { room, offset, epoch } of first.frames) if (offset !== undefined && room! in positions) positions[room!] = { epoch: epoch!, offset };
    first.close();

    await analyse(2); // while it is away
    const second = await connect(server);
    const again = performance.now();
    const { data: { rooms } } = await second.ask('subscribe', { symbols: SYMBOLS, since: positions });
    const tookAgain = performance.now() - again;
    expect((rooms as Joined[]).every(({ recovered, room, offset }) => recovered && offset === positions[room]!.offset)).toBe(true);
    expect((rooms as Joined[]).filter(({ replayed }) => replayed >= 11)).toHaveLength(250); // more where a level was hit meanwhile
    expect(tookAgain).toBeLessThan(1000);
    await analyse(10);
    await second.until(() => signals(second).length === 250 + 50);
    const all = offsets(witness);
    const [one, other] = [offsets(first), offsets(second)];
    for (const { room, offset } of joined) {
      const mine = [...one.get(room)!, ...other.get(room)!];
      expect(mine).toEqual(all.get(room)!.filter((each) => each > offset));
    }
    console.log(`500 rooms joined in ${took.toFixed(0)} ms, resumed in ${tookAgain.toFixed(0)} ms`);
    second.close();
  });
});
