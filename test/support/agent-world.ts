import type { AgentConfig } from '../../src/config/config.js';
import { Market } from '../../src/market/market.js';
import { MarketRelay } from '../../src/market/market-relay.js';
import type { Candle } from '../../src/model/candle.js';
import { RunStore } from '../../src/signals/run-store.js';
import { SignalStore } from '../../src/signals/signal-store.js';
import { AgentInputs } from '../../src/trading/agents/agent-inputs.js';
import { Agents } from '../../src/trading/agents/agents.js';
import type { Decider } from '../../src/trading/agents/decider.js';
import { RulesDecider } from '../../src/trading/agents/rules-decider.js';
import { agentRoom } from '../../src/trading/agents/wire.js';
import type { Database } from '../../src/storage/database.js';
import { HandFeed, instrumentOf } from './hand-feed.js';
import { MemoryTrading } from './memory-trading.js';
import { roomNode } from './room-node.js';

export const BTC = 'BTCUSDT';
export const BEGIN = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;

export const agentConfig = (over: Partial<AgentConfig> = {}): AgentConfig => ({
  id: 'trend', name: 'Trend', accountId: over.id ?? 'trend', symbols: [BTC], kind: 'agent', model: null, why: null, intervalS: 180, leverage: 3, ...over,
});

/** A candle of minute `at`, from one close to the next. */
const minute = (at: number, open: number, close: number): Candle => ({
  time: BEGIN + at * MINUTE, knownAt: BEGIN + (at + 1) * MINUTE, open, close, high: Math.max(open, close) + 1, low: Math.min(open, close) - 1, volume: 10,
});

type Said = { readonly type: string; readonly messageId: string } & Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any

export interface AgentWorld {
  readonly agents: Agents;
  readonly trading: MemoryTrading;
  readonly market: Market;
  readonly errors: unknown[];
  /** Minute by minute, each to its close; the agents are awaited after each. */
  run(from: number, closes: readonly number[]): Promise<void>;
  /** What the agent's room heard, of one type or of all. */
  said(type?: string, agentId?: string): Promise<readonly Said[]>;
}

/** Agents on a market of minutes that a spec says by hand, over a real database. */
export async function agentWorld(db: Database, configs: readonly AgentConfig[] = [agentConfig()], {
  trading = new MemoryTrading(), deciderOf = () => new RulesDecider(), shared = false, symbols = [BTC],
}: { trading?: MemoryTrading; deciderOf?: (agent: AgentConfig) => Decider; shared?: boolean; symbols?: readonly string[] } = {}): Promise<AgentWorld> {
  let last: number | null = null;
  const errors: unknown[] = [];
  const onError = (error: unknown): void => { errors.push(error); };
  const room = roomNode(db);
  const feed = new HandFeed(symbols.map((symbol) => instrumentOf(symbol, { tickSize: 0.1 })), '1m');
  const relay = new MarketRelay(onError);
  const market = new Market({ feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 1000 }, events: relay });
  await market.start();
  for (const { accountId } of configs) if (!trading.accountsById.has(accountId)) trading.open(accountId);
  const signals = new SignalStore(db.kysely, room.writer, new RunStore(db.kysely));
  const agents = new Agents({ agents: configs, deciderOf, db: db.kysely, writer: room.writer, trading, inputs: new AgentInputs({ db: db.kysely, market, signals }), shared, onError });
  await agents.start();
  return {
    agents, trading, market, errors,
    async run(from, closes) {
      for (const [at, close] of closes.entries()) {
        const candle = minute(from + at, last ?? close, close);
        last = close;
        trading.time = candle.knownAt;
        for (const symbol of symbols) {
          await feed.say(symbol, candle);
          await trading.mark(symbol, close);
        }
        await agents.onTime(candle.knownAt);
      }
    },
    async said(type, agentId = configs[0]!.id) {
      const all = await room.log.read(agentRoom(agentId), 0, 1e6, 10_000);
      return all.filter((message) => type === undefined || message.type === type)
        .map((message) => ({ ...(JSON.parse(message.body) as Record<string, unknown>), type: message.type, messageId: message.messageId }));
    },
  };
}

/** A path that rises in saw teeth, so that RSI is not at its end: `count` closes from `from`. */
export const rising = (count: number, from = 100): number[] => Array.from({ length: count }, (_, at) => from + at * 0.5 + (at % 2 === 0 ? 0 : 1.2));
export const falling = (count: number, from: number): number[] => Array.from({ length: count }, (_, at) => from - at * 0.5 - (at % 2 === 0 ? 0 : 1.2));
