import type { AccountConfig, PaperTerms } from '../../src/config/config.js';
import { DEFAULT_LIMITS, DEFAULT_SIZING } from '../../src/config/account.js';
import type { Feed } from '../../src/market/feeds/feed.js';
import { MarketRelay } from '../../src/market/market-relay.js';
import { Market } from '../../src/market/market.js';
import type { Database } from '../../src/storage/database.js';
import { nextClose } from '../../src/model/new-york-calendar.js';
import { PaperBroker } from '../../src/trading/brokers/broker.paper.js';
import { AccountDirectory } from '../../src/trading/account-directory.js';
import { AccountStore } from '../../src/trading/account-store.js';
import { Desks } from '../../src/trading/desks.js';
import type { OpenedBroker } from '../../src/trading/open-desk.js';
import { ApprovalDesk } from '../../src/trading/approval-desk.js';
import { OpeningStore } from '../../src/trading/opening-store.js';
import { Prices } from '../../src/trading/prices.js';
import { States } from '../../src/trading/states.js';
import type { Decision, FilledOrder, TradeEnd, TradingEvents } from '../../src/trading/trading.js';
import { roomNode, type RoomNode } from './room-node.js';

export const TERMS: PaperTerms = {
  fee: { equity: 0, crypto: 0.0005 }, halfSpread: { equity: 0.0001, crypto: 0.0002 }, slippage: { equity: 0.0001, crypto: 0.0003 },
  participation: 0.1, maintenanceMargin: 0.005, maxLeverage: 20, fundingRate: 0,
};

export const accountOf = (id: string, more: Partial<AccountConfig> = {}): AccountConfig => ({
  id, broker: 'paper', mode: 'spot', currency: 'USD', balance: 10_000, followsSignals: false, maxLeverage: 1, limits: { ...DEFAULT_LIMITS, maxPriceAgeMs: 86_400_000 }, sizing: DEFAULT_SIZING, ...more,
});

/** Nobody is asked. */
class NobodyAsked extends ApprovalDesk {
  needed(): number {
    return 0;
  }

  ask(): never {
    throw new Error('nobody is asked here');
  }

  waiting(): [] {
    return [];
  }
}

export interface TradingWorld extends RoomNode {
  readonly market: Market;
  readonly prices: Prices;
  readonly desks: Desks;
  readonly states: States;
  readonly store: AccountStore;
  readonly errors: unknown[];
  readonly decided: Decision[];
  readonly filled: FilledOrder[];
  readonly ended: TradeEnd[];
}

export type BrokerFor = (account: AccountConfig, now: () => number) => OpenedBroker;

interface Parts {
  readonly feed: Feed;
  readonly accounts: readonly AccountConfig[];
  readonly brokerFor: BrokerFor;
  readonly approvals?: (room: RoomNode, now: () => number) => ApprovalDesk;
  readonly breaker?: 'HALTED' | 'REDUCING';
  readonly askAgainMs?: readonly number[];
  /** Hears also what happens while the accounts open. */
  readonly listen?: Partial<TradingEvents>;
  /** Another node trades while it says false. */
  readonly isHeld?: () => boolean;
  readonly tell?: (scope: string) => void;
}

/** Market, desks and what they need, wired as the modules do, without Nest. */
export async function tradingWorld(db: Database, { feed, accounts, brokerFor, approvals = () => new NobodyAsked(), breaker = 'HALTED', askAgainMs, isHeld = () => true, tell = () => undefined, listen = {} }: Parts): Promise<TradingWorld> {
  const room = roomNode(db);
  const errors: unknown[] = [];
  const onFault = (error: unknown): void => { errors.push(error); };
  const relay = new MarketRelay(onFault);
  const market = new Market({ feed, config: { interval: '1m', intervals: ['1m'], keepCandles: 1000 }, events: relay });
  const prices = new Prices(market, TERMS.halfSpread);
  const states = new States(db.kysely, room.writer);
  const store = new AccountStore(db.kysely);
  const desks = new Desks({
    config: { breaker }, accounts: new AccountDirectory({ db: db.kysely, config: { accounts, limits: accountOf('x').limits, sizing: DEFAULT_SIZING, paper: TERMS }, closed: null, now: Date.now }), market, prices, store, openings: new OpeningStore(db.kysely), states, writer: room.writer, approvals: approvals(room, () => market.now()), brokerFor: (account) => brokerFor(account, () => market.now()),
    lease: { isHeld, check: async () => undefined }, tell, onFault, ...(askAgainMs && { askAgainMs }),
  });
  const [decided, filled, ended] = [[] as Decision[], [] as FilledOrder[], [] as TradeEnd[]];
  desks.listen({ decided: (each) => void decided.push(each), filled: (each) => void filled.push(each), closed: (each) => void ended.push(each) });
  desks.listen(listen);
  relay.add({
    price: ({ symbol, price, volume }, at) => desks.price(symbol, price, volume, at),
    closed: (symbol, _interval, candle) => desks.candle(symbol, candle),
  });
  await market.start();
  if (isHeld()) await desks.open();
  else await desks.refresh();
  return { ...room, market, prices, desks, states, store, errors, decided, filled, ended };
}

/** The same, with paper brokers. */
export const paperWorld = (db: Database, parts: Omit<Parts, 'brokerFor'> & { readonly terms?: Partial<PaperTerms> }): Promise<TradingWorld> => tradingWorld(db, {
  ...parts,
  brokerFor: (account) => {
    const broker = new PaperBroker({
      db: db.kysely, accountId: account.id, mode: account.mode, balance: account.balance, currency: account.currency, terms: { ...TERMS, ...parts.terms },
      instruments: parts.feed.instruments, sessionEnd: (_instrument, at) => nextClose(at + 1), onError: (error) => { throw error; },
    });
    return { broker, driven: broker };
  },
});
