import type { Decimal } from '../model/decimal.js';
import type { AccountMode, Execution, Intent, OrderStatus, Position, TradingState } from '../model/trading.js';
import type { DecisionStatus } from '../storage/trading-schema.js';
import type { Order } from './account.js';
import type { ClosedTrade, Totals } from './portfolio/book.js';
import type { Proposal } from './proposal.js';

/** What became of a proposal so far. */
export interface Decision {
  readonly decisionId: string;
  /** null: it is known by its row only. */
  readonly proposal: Proposal | null;
  /** null: there was nothing to do. */
  readonly intent: Intent | null;
  /** null: there was nothing to do. */
  readonly status: DecisionStatus | null;
  readonly gate: { readonly code: string; readonly detail: string; readonly numbers: Readonly<Record<string, number | string>> } | null;
  readonly orderId: string | null;
  readonly approvalId: string | null;
  /** It was there already. */
  readonly duplicate: boolean;
}

export interface MarkedPosition extends Position {
  readonly mark: Decimal;
  readonly unrealised: Decimal;
}

/** An account as it is now. */
export interface AccountView {
  readonly accountId: string;
  /** `paper`, `alpaca-paper`, `alpaca-live` */
  readonly broker: string;
  readonly mode: AccountMode;
  readonly currency: string;
  /** What it began with. */
  readonly initial: Decimal;
  readonly totals: Totals;
  readonly peakEquity: Decimal;
  readonly dayStartEquity: Decimal;
  /** Shares of the equity; Infinity: none. */
  readonly limits: { readonly maxDailyLoss: number; readonly maxDrawdown: number };
  readonly positions: readonly MarkedPosition[];
  readonly state: { readonly state: TradingState; readonly code: string | null; readonly reason: string | null };
}

export interface FilledOrder {
  readonly accountId: string;
  readonly decisionId: string | null;
  /** null: of nobody's order (a liquidation). */
  readonly orderId: string | null;
  readonly status: OrderStatus | null;
  readonly execution: Execution;
  readonly realised: Decimal;
  /** The fill was against the position that was there. */
  readonly reducing: boolean;
}

export interface TradeEnd {
  readonly tradeId: string;
  readonly accountId: string;
  readonly trade: ClosedTrade;
  /** Decisions whose orders opened it first, and ended it. */
  readonly openedBy: string | null;
  readonly closedBy: string | null;
}

/** A decision as it is after a change. */
interface ChangedDecision {
  readonly decisionId: string;
  /** Of the proposal that it came of. */
  readonly key: string;
  /** `signal`, `agent`, `strategy`, `group`, `person`; and whose. */
  readonly origin: string;
  readonly originId: string;
  readonly correlationId: string | null;
  readonly symbol: string;
  readonly status: DecisionStatus;
  /** What refused or ended it. */
  readonly gate: Decision['gate'];
  /** As it was sized; its quantity is 0 where it could not be. */
  readonly intent: Intent | null;
  /** At which it was decided; of a liquidation, which is filled without an order, what it was filled at. */
  readonly price: Decimal | null;
  readonly reason: string;
}

/** A decision or its own order has changed; of targets and stops, which are nobody's decision, the fills of those that protect a group's entry, and how they end then; and a liquidation of a group's position, which has no order. */
export interface OrderChange {
  readonly accountId: string;
  readonly decisionId: string;
  readonly decision: ChangedDecision;
  /** null: there is none (refused, waiting for a person, or ended by one). */
  readonly order: Order | null;
  /** Market time of the change, epoch milliseconds. */
  readonly at: number;
}

/** Said after it is stored, in order, to be awaited (a replayed file waits). What throws is reported and stops nothing. */
export interface TradingEvents {
  decided(decision: Decision): void | Promise<void>;
  /**
   * Each change: refused, waiting, submitted, accepted, each fill, ended. By the node that stored it: the one that trades, but for
   * an approval that a person rejects, which is the one that was asked. It comes inside the account's turn: awaiting a `propose` of the same account there never ends.
   */
  changed(change: OrderChange): void | Promise<void>;
  filled(fill: FilledOrder): void | Promise<void>;
  closed(end: TradeEnd): void | Promise<void>;
  /** Money or positions changed, or their worth did (at most once a second an account, market time). */
  account(accountId: string): void | Promise<void>;
  /** Of one account, or of all (`null`). */
  state(accountId: string | null): void | Promise<void>;
}

/** What others want of trading: agents, strategies, approvals, groups, the edges. */
export abstract class Trading {
  /** Through sizing, gates, approval and the broker; resolves once the outcome is stored and said. @throws CodedError UNKNOWN_SYMBOL, NOT_FOUND, NOT_READY, DRAINING, STORE_UNAVAILABLE */
  abstract propose(proposal: Proposal): Promise<Decision>;
  /** @throws CodedError NOT_FOUND */
  abstract account(accountId: string): AccountView;
  abstract accounts(): readonly AccountView[];
  /** This node trades the account. */
  abstract holds(accountId: string): boolean;
  abstract listen(events: Partial<TradingEvents>): void;
  /** Market time, epoch milliseconds. */
  abstract now(): number;
}
