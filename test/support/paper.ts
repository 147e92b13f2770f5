import type { PaperTerms } from '../../src/config/config.js';
import type { Candle } from '../../src/model/candle.js';
import { decimal } from '../../src/model/decimal.js';
import type { AccountEntry, Execution } from '../../src/model/trading.js';
import type { BrokerListener, BrokerOrder, Ticket } from '../../src/trading/brokers/broker.js';
import { PaperBroker, type PaperBrokerNeeds } from '../../src/trading/brokers/broker.paper.js';
import { instrumentOf } from './hand-feed.js';

export const BTC = instrumentOf('BTCUSDT', { currency: 'USDT' });
const ETH = instrumentOf('ETHUSDT', { currency: 'USDT' });
const AAPL = instrumentOf('AAPL', { assetClass: 'equity', hours: 'us_equity', lotSize: 1 });
export const T0 = Date.parse('2026-02-02T10:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Without costs, so that prices are the market's. */
export const FREE: PaperTerms = {
  fee: { equity: 0, crypto: 0 }, halfSpread: { equity: 0, crypto: 0 }, slippage: { equity: 0, crypto: 0 },
  participation: 0.1, maintenanceMargin: 0.005, maxLeverage: 20, fundingRate: 0,
};
export const COSTLY: PaperTerms = { ...FREE, fee: { equity: 0, crypto: 0.0005 }, halfSpread: { equity: 0.0001, crypto: 0.0002 }, slippage: { equity: 0.0001, crypto: 0.0003 } };

/** New York closes at 21:00Z in winter. */
const winterSessionEnd: PaperBrokerNeeds['sessionEnd'] = (_instrument, at) => {
  const close = Math.floor(at / (24 * HOUR)) * 24 * HOUR + 21 * HOUR;
  return close > at ? close : close + 24 * HOUR;
};

export const paperBroker = (given: Pick<PaperBrokerNeeds, 'db' | 'accountId'> & Partial<PaperBrokerNeeds>): PaperBroker => new PaperBroker({
  mode: 'spot', currency: 'USDT', balance: 100_000, terms: FREE, instruments: [BTC, ETH, AAPL], sessionEnd: winterSessionEnd,
  onError: (error) => { throw error; }, ...given,
});

export const orderTicket = (clientOrderId: string, more: Partial<Ticket> = {}): Ticket => ({
  clientOrderId, symbol: 'BTCUSDT', leg: 'net', side: 'buy', quantity: decimal(1), orderType: 'market', limitPrice: null, stopPrice: null, trail: null,
  timeInForce: 'gtc', reduceOnly: false, leverage: 1, pair: null, at: T0, ...more,
});

/** A minute's candle, `n` minutes after T0. */
export const minute = (n: number, open: number, high: number, low: number, close: number, volume = 1e6): Candle =>
  ({ time: T0 + n * MINUTE, knownAt: T0 + (n + 1) * MINUTE, open, high, low, close, volume });

/** Keeps what it was told. */
export class Hearing implements BrokerListener {
  readonly executions: Execution[] = [];
  readonly orders: BrokerOrder[] = [];
  readonly entries: AccountEntry[] = [];
  async executed(execution: Execution): Promise<void> { this.executions.push(execution); }
  async changed(order: BrokerOrder): Promise<void> { this.orders.push(order); }
  async booked(entry: AccountEntry): Promise<void> { this.entries.push(entry); }
  reconnected(): void {}
  lost(): void {}
}
