import type { AccountConfig, TradingConfig } from '../config/config.js';
import type { Market } from '../market/market.js';
import { decimal } from '../model/decimal.js';
import { intervalMs, type Interval } from '../model/interval.js';
import type { TradingState } from '../model/trading.js';
import type { RoomWriter } from '../rooms/room-writer.js';
import { Account } from './account.js';
import type { AccountDirectory } from './account-directory.js';
import type { AccountStore } from './account-store.js';
import type { ApprovalDesk } from './approval-desk.js';
import { ASK_AGAIN_MS } from './broker-line.js';
import type { Broker } from './brokers/broker.js';
import type { DrivenBroker } from './brokers/driven-broker.js';
import { Desk, type DeskNeeds } from './desk.js';
import { untilStored, type FlowNeeds } from './flow-needs.js';
import type { OpeningStore } from './opening-store.js';
import { Openings } from './openings.js';
import { OrderFlow } from './order.flow.js';
import { Book } from './portfolio/book.js';
import type { Prices } from './prices.js';
import type { States } from './states.js';
import type { TradingLease } from './trading-lease.js';

export interface OpenedBroker {
  readonly broker: Broker;
  /** The same, where it is driven by the market (paper). */
  readonly driven: DrivenBroker | null;
}

/** What desks have in common. */
export interface DesksNeeds {
  readonly config: Pick<TradingConfig, 'breaker'>;
  readonly accounts: AccountDirectory;
  readonly market: Pick<Market, 'instrument' | 'instruments' | 'ownInterval' | 'now'>;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly openings: OpeningStore;
  readonly states: States;
  readonly writer: RoomWriter;
  readonly approvals: ApprovalDesk;
  readonly brokerFor: (account: AccountConfig) => OpenedBroker | Promise<OpenedBroker>;
  readonly lease: Pick<TradingLease, 'isHeld' | 'check'>;
  /** To other nodes: something of this scope has changed. */
  readonly tell: (scope: string) => void;
  readonly onFault: (error: unknown) => void;
  readonly askAgainMs?: readonly number[];
}

export interface DeskHooks extends Pick<DeskNeeds, 'said' | 'onWorth' | 'onDifference' | 'onLeft'> {
  readonly state: () => TradingState;
  readonly giveUp: AbortSignal;
}

/** A change of side whose second half comes later than this is not what was meant; bars that are longer take longer. */
const LONGEST_FLIP_MS = 15 * 60_000;
const barMs = (interval: Interval | null): number => (interval === null ? 0 : intervalMs(interval));

/** As it is in the configuration, before anything was traded. */
export const untouched = ({ id, mode, currency, balance }: AccountConfig): Account => new Account(id, mode, currency, decimal(balance), new Book(mode, decimal(balance)));

/** An account with its books as they are stored, and its broker met. @throws BrokerSilent, Deposed */
export async function openDesk(config: AccountConfig, needs: DesksNeeds, { state, said, onWorth, onDifference, onLeft, giveUp }: DeskHooks): Promise<Desk> {
  const { market, prices, store, writer, approvals, lease, onFault, askAgainMs = ASK_AGAIN_MS } = needs;
  const { broker, driven } = await needs.brokerFor(config);
  const loaded = await store.load(config.id);
  const account = loaded?.account ?? untouched(config);
  for (const { symbol } of account.book.positions()) {
    const price = prices.of(symbol);
    if (price) account.book.mark(symbol, price.last);
  }
  const flowNeeds: FlowNeeds = {
    account, config, broker, market, prices, store, writer, approvals, state, giveUp,
    check: (tx) => lease.check(tx), changed: (change) => said('changed', change),
  };
  const flow = new OrderFlow(flowNeeds);
  flow.executions.settledUntil = loaded?.settledUntil ?? market.now();
  const openings = new Openings({
    account, flow, prices, store, openings: needs.openings, stored: (rows) => untilStored(flowNeeds, { store: rows }), maxPriceAgeMs: config.limits.maxPriceAgeMs,
    longestMs: (symbol) => Math.max(LONGEST_FLIP_MS, 2 * barMs(market.ownInterval(symbol))),
  });
  const desk = new Desk({
    account, broker, driven, flow, openings, prices, store, instrumentOf: (symbol) => market.instrument(symbol), said, onWorth, onDifference, onLeft,
    isHalted: () => state() === 'HALTED', onFault, askAgainMs,
  });
  await desk.start(loaded === null && driven === null);
  if (market.now() > 0) account.measure(market.now()); // a file that has not begun has no time yet
  await flow.executions.keep();
  return desk;
}
