import { v7 as timeOrderedId } from 'uuid';
import { Situations } from '../../src/knowledge/situations.js';
import type { Candle } from '../../src/model/candle.js';
import type { Feed } from '../../src/market/feeds/feed.js';
import { Alone, type Leadership } from '../../src/market/leadership.js';
import { MarketRelay } from '../../src/market/market-relay.js';
import { Market } from '../../src/market/market.js';
import type { Action, Vote } from '../../src/model/opinion.js';
import type { MarketView } from '../../src/model/market-view.js';
import { Outcomes, type OutcomesNeeds } from '../../src/signals/outcomes/outcomes.js';
import { RunStore } from '../../src/signals/run-store.js';
import { SignalStore } from '../../src/signals/signal-store.js';
import type { Signal } from '../../src/signals/signal.js';
import type { Database } from '../../src/storage/database.js';
import { roomNode, type RoomNode } from './room-node.js';

export interface OutcomeNode extends RoomNode {
  readonly market: Market;
  readonly relay: MarketRelay;
  readonly situations: Situations;
  readonly outcomes: Outcomes;
  readonly errors: unknown[];
  /** Stores a signal on the market as it is, as the flow does. */
  signal(parts: SignalParts): Promise<Signal>;
}

interface SignalParts {
  readonly symbol: string;
  readonly action: Action;
  readonly bars: number;
  /** By analyst; the action's where it is a list of names. */
  readonly votes?: Readonly<Record<string, Vote['signal']>>;
  readonly target?: number;
  readonly stop?: number;
  /** In place of the market's. */
  readonly view?: MarketView;
}

interface Parts {
  readonly leadership?: Leadership;
  readonly check?: OutcomesNeeds['check'];
  /** After outcomes, as the watch is asked. */
  readonly closed?: (node: OutcomeNode, candle: Candle) => Promise<void>;
  readonly ended?: () => void;
}

const never = new AbortController().signal;

/** What of a node has to do with outcomes, wired as its modules do. */
export async function outcomeNode(db: Database, feed: Feed, more: Parts = {}): Promise<OutcomeNode> {
  const room = roomNode(db);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => { errors.push(error); };
  const relay = new MarketRelay(onError);
  const market = new Market({ feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 1000 }, events: relay });
  const situations = new Situations(db.kysely, onError);
  const { leadership = new Alone(), check = null } = more;
  const outcomes = new Outcomes({ db: db.kysely, market, writer: room.writer, situations, leadership, check, onError });
  const store = new SignalStore(db.kysely, room.writer, new RunStore(db.kysely), { situations, stored: (row) => outcomes.pend(row) });
  relay.add({
    closed: async (symbol, interval, candle) => {
      const { stored } = await outcomes.closed(symbol, interval, candle);
      await more.closed?.(node, candle);
      await stored;
    },
    ended: () => more.ended?.(),
  });
  const node: OutcomeNode = {
    ...room, market, relay, situations, outcomes, errors,
    async signal({ symbol, action, bars, votes = { a: action }, target, stop, view = market.view(symbol) }) {
      const run = { runId: timeOrderedId(), symbol, depth: 'fast', trigger: { kind: 'candle' }, requestedAt: Date.now(), attempt: 1 } as const;
      const signal: Signal = {
        signalId: timeOrderedId(), ...run, view, validUntil: view.asOf, horizonBars: bars, effectiveVoters: null, rules: { minConfidence: 0.6, minDomains: 3 }, targetPrice: target, stopLoss: stop,
        votes: Object.entries(votes).map(([agentId, stance]) => ({
          agentId, name: agentId, signal: stance, confidence: 0.8, reasoning: ['so'], weight: 1, faultDomain: agentId, latencyMs: 0,
        })),
        verdict: {
          kind: 'decided', action, confidence: 0.8, agreement: 1, strength: 'UNANIMOUS', threshold: 0.7, faultDomains: 3, toleratedFaults: 0,
          support: { BUY: 0, SELL: 0, HOLD: 0, [action]: 1 }, shares: new Map(),
        },
      };
      await store.commit(run, signal, [], never, () => Promise.resolve());
      return signal;
    },
  };  await situations.start({ shared: check !== null });
  await market.start();
  await outcomes.start();
  return node;
}
