import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Analyst } from '../../src/analysts/analyst.js';
import { Panel } from '../../src/analysts/panel.js';
import type { ConfiguredInstrument } from '../../src/config/config.js';
import { EffectiveVoters } from '../../src/consensus/effective-voters.js';
import { Knowledge } from '../../src/knowledge/knowledge.js';
import { Situations } from '../../src/knowledge/situations.js';
import { SimulatedFeed } from '../../src/market/feeds/simulated.js';
import { Market } from '../../src/market/market.js';
import { DEFAULT_HORIZON } from '../../src/model/interval.js';
import type { Opinion } from '../../src/model/opinion.js';
import { Hub } from '../../src/rooms/hub.js';
import { MemoryRoomBus } from '../../src/rooms/room-bus.memory.js';
import { RoomLog } from '../../src/rooms/room-log.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import { RunEnds } from '../../src/signals/run-ends.js';
import { BullmqRunQueue } from '../../src/signals/run-queue.bullmq.js';
import { RunStore } from '../../src/signals/run-store.js';
import { RunWork } from '../../src/signals/run-work.js';
import { ClusterRuns } from '../../src/signals/runs.cluster.js';
import { LocalRuns } from '../../src/signals/runs.local.js';
import type { Runs } from '../../src/signals/runs.js';
import { SharedRunStore } from '../../src/signals/shared-run-store.js';
import { SignalFlow } from '../../src/signals/signal.flow.js';
import { SignalStore } from '../../src/signals/signal-store.js';
import { RedisChannels } from '../../src/storage/channels.js';
import type { Database } from '../../src/storage/database.js';
import { Leases } from '../../src/storage/leases.js';
import { isUnavailable } from '../../src/storage/unavailable.js';

const SYMBOLS = ['AAPL', 'BTC/USD'];
const NOW = Date.parse('2026-02-03T12:00:00Z');

export interface RunNodeOptions {
  readonly database: Database;
  /** null: a node alone. */
  readonly redisUrl: string | null;
  readonly prefix?: string;
  readonly performs?: boolean;
  /** What three analysts answer; a promise is waited for. */
  readonly opine?: (id: string) => Opinion | Promise<Opinion>;
}

export interface RunNode {
  readonly runs: Runs;
  readonly market: Market;
  readonly redis: Redis | null;
  readonly faults: Error[];
  /** Ids of the runs whose end was heard here. */
  readonly heard: string[];
  close(): Promise<void>;
}

const BUY: Opinion = { signal: 'BUY', confidence: 0.9, reasoning: ['it does'] };

const instrument = (symbol: string): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass: 'crypto', currency: 'USD', hours: 'always', tickSize: 0.01, lotSize: 0.001, sources: {}, listed: true,
});

/** Everything of a node that has to do with runs, as the modules build it, on a market that stands still. */
export async function runNode({ database, redisUrl, prefix = 'test', performs = true, opine = () => BUY }: RunNodeOptions): Promise<RunNode> {
  const { kysely } = database;
  const faults: Error[] = [];
  const onFault = (error: unknown): void => { faults.push(error as Error); };
  const feed = new SimulatedFeed({ instruments: SYMBOLS.map(instrument), seed: 1, tickMs: 1000, clock: () => NOW, wait: () => () => {} });
  const market = new Market({
    feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 200 },
    events: { price: () => {}, closed: () => {}, ended: () => {}, error: onFault },
  });
  await market.start();
  const analysts: Analyst[] = ['a', 'b', 'c'].map((id) => ({
    id, name: id, faultDomain: id, weight: 1, warmUp: 0, source: 'a test', opine: () => opine(id),
  }));
  const log = new RoomLog(kysely);
  const bus = new MemoryRoomBus();
  const writer = new RoomWriter(kysely, log, new Hub(log, bus, onFault), bus, isUnavailable);
  const store = new RunStore(kysely);
  const giveUp = new AbortController();
  const shared = redisUrl === null ? null : new SharedRunStore(kysely, new Leases(database));
  const flow = new SignalFlow({
    record: { callsStored: () => Promise.resolve(), keep: () => Promise.resolve() },
    market, writer, log, runs: store, onFault,
    knowledge: new Knowledge(new Situations(kysely, onFault), null),
    ...(shared && { isMine: (tx, run) => shared.check(tx, run) }),
    panel: new Panel(analysts, 60_000, () => performance.now(), (_analyst, error) => onFault(error)),
    correlation: new EffectiveVoters(),
    signals: new SignalStore(kysely, writer, store),
    rules: { threshold: 0.7, minConfidence: 0.6, minDomains: 3 },
    horizonBars: DEFAULT_HORIZON,
    giveUp: giveUp.signal,
  });
  const work = new RunWork(flow, onFault);
  const heard: string[] = [];
  const node = async (runs: Runs, redis: Redis | null, close: () => void): Promise<RunNode> => {
    runs.onEnd(({ runId }) => { heard.push(runId); });
    await runs.resume();
    return { runs, market, redis, faults, heard, close: async () => { await runs.drain(2000); close(); } };
  };
  if (redisUrl === null || shared === null) return node(new LocalRuns(work, store, writer, giveUp), null, () => undefined);
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  const channels = new RedisChannels(redis, `${prefix}:`, () => undefined);
  const runs = new ClusterRuns({
    store: shared, work, giveUp, onFault, isUnavailable, performs, lease: 'feed',
    queue: new BullmqRunQueue(redis, prefix, onFault),
    ends: new RunEnds({ channels, look: (runIds) => shared.ends(runIds), onError: onFault }),
    marketTime: (symbol) => market.lastTimeOf(symbol),
  });
  return node(runs, redis, () => {
    channels.close();
    redis.disconnect();
  });
}

export const freshPrefix = (): string => `test-${randomUUID()}`;
