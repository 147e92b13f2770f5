import type { RiskLimitsConfig } from '../config/config.js';
import { decimal, ZERO } from '../model/decimal.js';
import { underlyingOf, type Instrument } from '../model/instrument.js';
import { sign, type Intent, type TradingState } from '../model/trading.js';
import { isProtective, remaining, type Account } from './account.js';
import type { AccountStore } from './account-store.js';
import type { Abilities } from './brokers/broker.js';
import type { Price } from './prices.js';
import type { Proposal } from './proposal.js';
import { dayTradesOf } from './risk/day-trades.js';
import type { Holding, Pending, RiskInput } from './risk/gate.js';

/** What an intent was decided by. */
export interface Circumstances {
  readonly confidence: number | null;
  readonly origin: string;
  readonly price: Proposal['price'];
}

export interface RiskSources {
  readonly account: Account;
  readonly limits: RiskLimitsConfig;
  readonly instrument: Instrument;
  readonly abilities: Abilities;
  readonly state: TradingState;
  readonly now: number;
  readonly priceOf: (symbol: string) => Price | null;
  /** null: the market does not know it. */
  readonly instrumentOf: (symbol: string) => Instrument | null;
  readonly waiting: readonly Intent[];
  /** The order that is looked at again: it does not count beside itself. */
  readonly own: string | null;
  readonly store: Pick<AccountStore, 'fillsSince'>;
}

/** Whose judgement stands for itself. */
const WITHOUT_CONFIDENCE = new Set(['person', 'group', 'strategy']);
const DAY = 86_400_000;

/** Everything that gates look at, of the account and the market as they are now. */
export async function riskInput(intent: Intent, circumstances: Circumstances, sources: RiskSources): Promise<RiskInput> {
  const { account, limits, instrument, abilities, state, now, priceOf, instrumentOf, waiting, own, store } = sources;
  const { equity, available } = account.book.totals();
  const rule = limits.dayTradeRule;
  const applies = rule !== null && instrument.hours === 'us_equity' && equity.lt(rule.minEquity);
  const fills = applies ? await store.fillsSince(account.id, now - (2 * rule.sessions + 4) * DAY) : [];
  return {
    intent, instrument, underlying: underlyingOf(instrument), abilities, state, now, price: priceOf(intent.symbol), decidedPrice: circumstances.price, duplicate: false,
    confidence: circumstances.confidence, needsConfidence: !intent.reduceOnly && !WITHOUT_CONFIDENCE.has(circumstances.origin),
    equity, buyingPower: account.buyingPower === null ? available : account.buyingPower, peakEquity: account.peakEquity.gt(equity) ? account.peakEquity : equity,
    dayStartEquity: account.dayStartEquity.gt(ZERO) ? account.dayStartEquity : equity,
    holdings: account.book.positions().map((position): Holding => ({
      symbol: position.symbol, underlying: underlyingIn(instrumentOf, position.symbol), leg: position.leg,
      quantity: position.quantity.times(sign(position.side)), mark: account.book.markOf(position.symbol) ?? position.entryPrice,
    })),
    pending: [
      ...account.openOrders().filter(({ orderId }) => orderId !== own).map((order) => pending({ ...order, quantity: remaining(order) }, { protective: isProtective(order), waiting: false }, instrumentOf, priceOf)),
      ...waiting.map((each) => pending(each, { protective: false, waiting: true }, instrumentOf, priceOf)),
    ],
    orderTimes: account.orderTimes(now),
    dayTrades: applies ? { count: dayTradesOf(fills.map((fill) => ({ ...fill, quantity: decimal(fill.quantity) })), now, rule.sessions) } : { count: 0 },
  };
}

const underlyingIn = (instrumentOf: RiskSources['instrumentOf'], symbol: string): string => {
  const instrument = instrumentOf(symbol);
  return instrument ? underlyingOf(instrument) : symbol;
};

const pending = (of: Pick<Intent, 'symbol' | 'leg' | 'side' | 'quantity' | 'limitPrice' | 'stopPrice' | 'reduceOnly' | 'leverage'>, kind: Pick<Pending, 'protective' | 'waiting'>, instrumentOf: RiskSources['instrumentOf'], priceOf: RiskSources['priceOf']): Pending => ({
  symbol: of.symbol, underlying: underlyingIn(instrumentOf, of.symbol), leg: of.leg, side: of.side, quantity: of.quantity,
  price: of.limitPrice ?? of.stopPrice ?? priceOf(of.symbol)?.last ?? ZERO, reduceOnly: of.reduceOnly, ...kind, leverage: of.leverage,
});
