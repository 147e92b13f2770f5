import type { Instrument } from '../../src/model/instrument.js';
import { decimal } from '../../src/model/decimal.js';
import type { AccountEntry, Execution } from '../../src/model/trading.js';
import { AlpacaBroker } from '../../src/trading/brokers/alpaca/alpaca.broker.js';
import type { AlpacaLimits } from '../../src/trading/brokers/alpaca/limits.js';
import type { BrokerListener, BrokerOrder, Ticket } from '../../src/trading/brokers/broker.js';
import type { AlpacaServer } from './alpaca-server.js';

const share = (symbol: string, lotSize = 1): Instrument => ({ symbol, name: symbol, assetClass: 'equity', currency: 'USD', hours: 'us_equity', tickSize: 0.01, lotSize });
const coin = (symbol: string, currency: string): Instrument => ({ symbol, name: symbol, assetClass: 'crypto', currency, hours: 'always', tickSize: 0.01, lotSize: 0.001 });
export const AAPL = share('AAPL');
export const SPY = share('SPY', 0.01);
export const NOWHERE = share('NOWHERE');
export const BITCOIN = coin('BTC/USD', 'USD');
export const TETHERED = coin('BTCUSDT', 'USDT');

/** Times that a spec can wait for, and within which a busy machine answers; nothing is paced. */
export const QUICK: Partial<AlpacaLimits> = {
  timeoutMs: 5_000, settleMs: 40, readyWithinMs: 5_000, firstReconnectMs: 20, mostReconnectMs: 60, pace: { perMinute: 1_000_000, burst: 1_000, orders: 100, cancels: 100, mostWaitMs: 5_000 },
};

export class AlpacaEar implements BrokerListener {
  readonly executions: Execution[] = [];
  readonly orders: BrokerOrder[] = [];
  readonly entries: AccountEntry[] = [];
  readonly line: string[] = [];
  readonly warnings: string[] = [];
  async executed(execution: Execution): Promise<void> { this.executions.push(execution); }
  async changed(order: BrokerOrder): Promise<void> { this.orders.push(order); }
  async booked(entry: AccountEntry): Promise<void> { this.entries.push(entry); }
  reconnected(): void { this.line.push('reconnected'); }
  lost(): void { this.line.push('lost'); }
}

export const alpacaBroker = (server: AlpacaServer, ear: AlpacaEar, limits: Partial<AlpacaLimits> = {}): AlpacaBroker => new AlpacaBroker({
  kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: server.url, streamUrl: server.streamUrl, instruments: [AAPL, SPY, NOWHERE, BITCOIN, TETHERED],
  now: Date.now, onWarning: (message) => ear.warnings.push(message), limits: { ...QUICK, ...limits },
});

let tickets = 0;
export const alpacaTicket = (more: Partial<Ticket> = {}): Ticket => ({
  clientOrderId: `order-${++tickets}`, symbol: 'AAPL', leg: 'net', side: 'buy', quantity: decimal(10), orderType: 'market', limitPrice: null, stopPrice: null, trail: null,
  timeInForce: 'gtc', reduceOnly: false, leverage: 1, pair: null, at: Date.now(), ...more,
});
