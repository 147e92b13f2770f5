import type { Kysely } from 'kysely';
import type { AccountConfig, TradingConfig } from '../../config/config.js';
import type { Market } from '../../market/market.js';
import { decimal } from '../../model/decimal.js';
import type { Schema } from '../../storage/schema.js';
import type { OpenedBroker } from '../desks.js';
import { PaperBroker } from './broker.paper.js';

export interface BrokerNeeds {
  readonly trading: TradingConfig;
  readonly db: Kysely<Schema>;
  readonly market: Pick<Market, 'instrument' | 'now'>;
}

/** The broker of an account, as TRADING and config/risk.yaml say. Nothing is connected to before it starts. */
export const brokerOpener = ({ trading, db, market }: BrokerNeeds) => (account: AccountConfig): OpenedBroker => {
  const broker = new PaperBroker({
    db, accountId: account.id, mode: account.mode, balance: decimal(account.balance), currency: account.currency, terms: trading.paper,
    instrumentOf: (symbol) => market.instrument(symbol), now: () => market.now(),
  });
  return { broker, driven: broker };
};
