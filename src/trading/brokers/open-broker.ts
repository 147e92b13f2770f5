import type { Kysely } from 'kysely';
import type { AccountConfig, TradingConfig } from '../../config/config.js';
import type { Log } from '../../config/logger.js';
import type { Market } from '../../market/market.js';
import { nextClose } from '../../model/new-york-calendar.js';
import type { Schema } from '../../storage/schema.js';
import type { OpenedBroker } from '../open-desk.js';
import { PaperBroker } from './broker.paper.js';

export interface BrokerNeeds {
  readonly trading: TradingConfig;
  readonly db: Kysely<Schema>;
  readonly market: Pick<Market, 'instrument' | 'instruments' | 'now'>;
  readonly log: Log;
}

/** The broker of an account, as TRADING and config/risk.yaml say. Nothing is connected to before it starts. */
export const brokerOpener = ({ trading, db, market, log }: BrokerNeeds) => async (account: AccountConfig): Promise<OpenedBroker> => {
  const { broker: kind, alpaca } = trading;
  if (account.broker === 'configured' && alpaca && (kind === 'alpaca-paper' || kind === 'alpaca-live')) {
    const { AlpacaBroker } = await import('./alpaca/alpaca.broker.js'); // only where it is asked for
    const { keyId, secretKey, baseUrl, streamUrl } = alpaca;
    const broker = new AlpacaBroker({
      kind, keyId, secretKey, baseUrl, streamUrl, instruments: market.instruments, now: () => market.now(),
      onWarning: (message, error) => log.warn({ ...(error && { err: error }), account: account.id }, message),
    });
    return { broker, driven: null };
  }
  const broker = new PaperBroker({
    db, accountId: account.id, mode: account.mode, balance: account.balance, currency: account.currency, terms: trading.paper, instruments: market.instruments,
    sessionEnd: (_instrument, at) => nextClose(at + 1),
    onError: (error) => log.error({ err: error, account: account.id }, 'What the paper broker did was not taken in; it is read again at the next meeting'),
  });
  return { broker, driven: broker };
};
