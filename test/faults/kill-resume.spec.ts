import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Follower } from '../support/follower.js';
import { RawClient, type Frame } from '../support/raw-client.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { TRANSPORTS } from '../support/transports.js';

const ROUNDS = 3;
const SYMBOLS = ['AAPL', 'NVDA', 'BTCUSDT', 'TSLA'];
const ROOMS = SYMBOLS.map((symbol) => `symbol:${symbol}`);
/** Symbols that are asked about all at once, in the moment of the kill. */
const OTHERS = Array.from({ length: 24 }, (_, at) => `S${at + 1}`);
/** Messages that each follower gets in each room before the server is killed. */
const BEFORE_KILL = 200;
const ASKING = 6;
/** A run that has not ended by then is lost. */
const LONGEST_RUN_MS = 120_000;
const env = {
  SYMBOLS: [...SYMBOLS, ...OTHERS].join(','), SIM_TICK_MS: '50', SIGNAL_GENERATION_INTERVAL: '0.1', PRICE_MOVE_TRIGGER: '0.0001', ANALYZE_PER_MINUTE: '1000000', LOG_LEVEL: 'info',
};

/** Over every transport; no two in the same rooms. */
const followers = TRANSPORTS.map((transport, at) => new Follower(`follower${at}`, transport, ROOMS.filter((_, room) => room !== at)));
/** The room of every run that some client was told of, by the run's id. */
const asked = new Map<string, string>();
let takenUp = 0;
const refused: Error[] = [];

const isEnd = ({ type, data }: Frame): boolean => (type === 'signal_update' || type === 'system_alert') && typeof data.run_id === 'string';

/** A client whose acknowledged runs are remembered. */
async function asker(server: TestServer): Promise<RawClient> {
  const client = await RawClient.open(`${server.ws}/ws/signals`);
  client.ws.on('message', (text) => {
    const { type, ok, data } = JSON.parse(String(text)) as Frame;
    if (type === 'ack' && ok && data.run_id) asked.set(data.run_id as string, `symbol:${data.symbol}`);
  });
  return client;
}

/** Asks for one analysis after the other, each when the one before has ended, until the server is gone. */
async function askOn(server: TestServer, first: number): Promise<RawClient> {
  const client = await asker(server);
  const ask = async (): Promise<void> => {
    for (let at = first; ; at += 1) {
      const { ok, data } = await client.ask('analyze', { symbol: SYMBOLS[at % SYMBOLS.length] });
      if (ok) await client.find((frame) => isEnd(frame) && frame.data.run_id === data.run_id);
      else if (data.code === 'RATE_LIMITED') await new Promise((resolve) => setTimeout(resolve, data.retry_after_ms as number));
      else throw new Error(`analyze was refused: ${JSON.stringify(data)}`);
      if (client.frames.length > 5000) client.frames.length = 0;
    }
  };
  ask().catch((error: unknown) => { if (!client.closed) refused.push(error as Error); });
  return client;
}

/** Asks about many symbols at once, and kills the server at the first answer: hardly anything of it is done. */
async function killInTheMiddle(server: TestServer): Promise<void> {
  const clients = await Promise.all(OTHERS.map(() => asker(server)));
  await Promise.race(clients.map(async (client, at) => {
    const { ok, data } = await client.ask('analyze', { symbol: OTHERS[at] });
    if (!ok) refused.push(new Error(`analyze was refused: ${JSON.stringify(data)}`));
  }));
  await server.kill();
  await Promise.all(clients.map((client) => client.end()));
}

/** Everything that the log has of the rooms, as a client gets it that has nothing, and what comes after. */
async function witness(server: TestServer): Promise<RawClient> {
  const heads = await RawClient.open(`${server.ws}/ws/signals`);
  const symbols = [...SYMBOLS, ...OTHERS];
  const { data } = await heads.ask('subscribe', { symbols });
  const { data: system } = await heads.ask('subscribe', { room: 'system' });
  heads.close();
  const since = Object.fromEntries([...data.rooms, ...system.rooms].map(({ room, epoch }: { room: string; epoch: string }) => [room, { epoch, offset: 0 }]));
  const client = await RawClient.open(`${server.ws}/ws/signals?since=${encodeURIComponent(JSON.stringify(since))}`);
  const joined = await client.ask('subscribe', { symbols, since });
  for (const { room, recovered, offset, replayed } of joined.data.rooms as { room: string; recovered: boolean; offset: number; replayed: number }[]) {
    expect({ room, recovered, offset }).toEqual({ room, recovered: true, offset: 0 });
    await client.until(() => client.logged(room).length >= replayed, `${replayed} messages of ${room}`);
  }
  return client;
}

async function signals(server: TestServer): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const response = await fetch(`${server.url}/api/signals?limit=500${cursor ? `&cursor=${cursor}` : ''}`);
    const page = (await response.json()) as { items: { signal_id: string }[]; next: string | null };
    for (const item of page.items) all.set(item.signal_id, item);
    cursor = page.next;
  }
  return all;
}

let dataDir: string;
beforeAll(async () => { dataDir = await freshDataDir(); });
afterAll(async () => {
  for (const follower of followers) follower.client?.close();
  await cleanUp();
});

test(`killed ${ROUNDS} times under load, the server goes on where it was for every client, and forgets no run`, async () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const server = await startServer({ ...env, DATA_DIR: dataDir });
    takenUp += takenUpBy(server);
    await Promise.all(followers.map((follower) => follower.follow(server)));
    const loads = await Promise.all(Array.from({ length: ASKING }, (_, at) => askOn(server, at)));
    await Promise.all(followers.map((follower) => follower.got(BEFORE_KILL)));
    await killInTheMiddle(server);
    await Promise.all([...followers.map((follower) => follower.lost()), ...loads.map((load) => load.end())]);
    expect(refused).toEqual([]);
  }

  const server = await startServer({ ...env, DATA_DIR: dataDir });
  takenUp += takenUpBy(server);
  await Promise.all(followers.map((follower) => follower.follow(server)));
  const log = await witness(server);

  // what a client saw is in the log, at the same place, word for word
  let compared = 0;
  for (const { name, seen } of followers) {
    for (const [room, frames] of seen) {
      const rows = log.logged(room);
      expect(rows.map(({ offset }) => offset)).toEqual(rows.map((_, at) => at + 1));
      for (const frame of frames) {
        const { type, data, timestamp, epoch, offset } = frame;
        expect({ name, type, data, timestamp, epoch, offset }).toEqual({ name, ...pick(rows[offset! - 1]!) });
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(ROUNDS * followers.length * (SYMBOLS.length - 1) * BEFORE_KILL);

  // and so is, over REST, every signal
  const stored = await signals(server);
  for (const { seen } of followers) {
    for (const { type, data } of [...seen.values()].flat()) if (type === 'signal_update') expect(stored.get(data.signal_id as string)).toEqual(data);
  }

  // every run that a client was told of has ended, once
  await Promise.race([
    log.until(() => [...asked.keys()].every((id) => ends(log, id).length > 0), 'the end of every run'),
    new Promise((resolve) => setTimeout(resolve, LONGEST_RUN_MS).unref()),
  ]);
  for (const [id, room] of asked) expect(ends(log, id).map((end) => end.room)).toEqual([room]);
  // and nobody voted twice in any run
  for (const room of ROOMS) {
    const votes = log.logged(room).filter(({ type }) => type === 'agent_update').map(({ data }) => `${data.run_id} ${data.agent_id}`);
    expect(new Set(votes).size).toBe(votes.length);
  }
  console.log(`kill -9: ${compared} messages compared, ${asked.size} runs asked for; ${takenUp} runs were cut off and taken up again`);
  expect(takenUp).toBeGreaterThan(0);
  log.close();
  for (const follower of followers) follower.leave();
  expect(await server.stop()).toBe(0);
}, 600_000);

const pick = ({ type, data, timestamp, epoch, offset }: Frame) => ({ type, data, timestamp, epoch, offset });

const ends = (log: RawClient, runId: string): Frame[] => endsByRun(log).get(runId) ?? [];

let known = 0;
const byRun = new Map<string, Frame[]>();
/** Ends in the rooms of symbols; what is new since the last look is added. */
function endsByRun(log: RawClient): Map<string, Frame[]> {
  for (; known < log.frames.length; known += 1) {
    const frame = log.frames[known]!;
    if (!isEnd(frame) || frame.offset === undefined || !frame.room?.startsWith('symbol:')) continue;
    const runId = frame.data.run_id as string;
    byRun.set(runId, [...(byRun.get(runId) ?? []), frame]);
  }
  return byRun;
}

/** How many runs this start found open and took up again. */
const takenUpBy = (server: TestServer): number => Number(/"runs":(\d+)[^\n]*Taking up/.exec(server.output())?.[1] ?? 0);
