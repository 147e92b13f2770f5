import type { Intent, TradingState } from '../../model/trading.js';
import type { Work } from '../../rooms/room-writer.js';
import type { GateResult } from '../risk/gate.js';
import type { Decision } from '../trading.js';
import type { DecisionEnd } from './decision-end.js';

/** How a decision ends, stored with its approval. */
interface EndingWork extends Work {
  /** Once that is done: those who listen are told. */
  readonly stored: () => Promise<void>;
}

/** What approvals want of the desks. Bound by `Approvals.bind`, for the desks are made after them. */
export interface ApprovalPorts {
  /** This node trades the account. */
  holds(accountId: string): boolean;
  /** The stricter of the account's and the server's. */
  stateOf(accountId: string): TradingState;
  /** Every gate, for an intent in place of the one that waits. @throws CodedError NOT_READY where another node trades the account */
  check(decisionId: string, intent: Intent, waiting: Intent): Promise<GateResult>;
  /** Through every gate again, and to the broker; a decision that has an order already gives what it has. Resolves once it is stored. */
  execute(accountId: string, decisionId: string, intent: Intent): Promise<Pick<Decision, 'status' | 'gate'>>;
  /** Rows and messages that end a decision without an order, for the transaction of its approval; on any node. null: it has an order, or is not there. */
  ending(decisionId: string, status: DecisionEnd['status'], gate: DecisionEnd['gate']): Promise<EndingWork | null>;
}
