import type { Transaction } from 'kysely';
import type { AccountConfig } from '../config/config.js';
import type { Market } from '../market/market.js';
import type { TradingState } from '../model/trading.js';
import type { RoomWriter, Work } from '../rooms/room-writer.js';
import type { Schema } from '../storage/schema.js';
import type { DecisionsTable } from '../storage/trading-schema.js';
import type { Account } from './account.js';
import type { AccountStore } from './account-store.js';
import type { ApprovalDesk } from './approval-desk.js';
import type { Broker } from './brokers/broker.js';
import type { Prices } from './prices.js';
import type { OrderChange } from './trading.js';

/** Of one account. */
export interface FlowNeeds {
  readonly account: Account;
  readonly config: AccountConfig;
  readonly broker: Broker;
  readonly market: Pick<Market, 'instrument' | 'instruments'>;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly writer: RoomWriter;
  readonly approvals: ApprovalDesk;
  readonly state: () => TradingState;
  /** In each transaction: throws where another trades the account by now. */
  readonly check: (tx: Transaction<Schema>) => Promise<void>;
  /** After each change of a decision or of its own order is stored. */
  readonly changed: (change: OrderChange) => Promise<void>;
  readonly giveUp: AbortSignal;
}

/** What goes into the transaction of a decision beside it. Must bear being run again. */
export type Beside = (tx: Transaction<Schema>, row: DecisionsTable) => Promise<void>;

/** What happened at the broker has happened: it is tried until it is stored. @throws Deposed where another node trades by now */
export async function untilStored({ writer, check, giveUp }: Pick<FlowNeeds, 'writer' | 'check' | 'giveUp'>, { store, messages = [] }: Work): Promise<void> {
  await writer.sayUntilStored({
    store: async (tx) => {
      await check(tx);
      await store?.(tx);
    },
    messages,
  }, giveUp);
}
