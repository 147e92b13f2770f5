import type { streaming, trading } from '@alpacahq/alpaca-trade-api';
import { decimal, ZERO, type Decimal } from '../../../model/decimal.js';
import type { AccountEntry, Execution, Side } from '../../../model/trading.js';
import { BrokerSilent, type BrokerAccount, type BrokerOrder, type BrokerOrderStatus, type BrokerPosition, type Ticket } from '../broker.js';
import type { AlpacaAsset } from './rules.js';

type Spelling = (alpaca: string) => string;

/** A number of Alpaca's, which it writes as text. @throws BrokerSilent where it is none: an answer that says nothing */
export function number(value: unknown, what: string): Decimal {
  if (typeof value === 'string' || typeof value === 'number') {
    try {
      const found = decimal(value);
      if (found.isFinite()) return found;
    } catch {
      // Said below, with what it was.
    }
  }
  throw new BrokerSilent(`Alpaca's ${what} is no number: ${JSON.stringify(value) ?? 'missing'}`);
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new BrokerSilent(`Alpaca's answer has no ${what}`);
}

function time(value: unknown, what: string): number {
  const at = value instanceof Date ? value.getTime() : NaN;
  if (Number.isFinite(at)) return at;
  throw new BrokerSilent(`Alpaca's answer has no ${what}`);
}

/** `sell_short` is a word of activities. */
const sideIn = (value: unknown): Side => (text(value, 'side') === 'buy' ? 'buy' : 'sell');

export function orderRequest(ticket: Ticket, symbol: string): trading.PostOrderRequest {
  const wants = { limit: ticket.orderType === 'limit' || ticket.orderType === 'stop_limit', stop: ticket.orderType === 'stop' || ticket.orderType === 'stop_limit' };
  return {
    symbol,
    qty: ticket.quantity.toFixed(),
    side: ticket.side,
    type: ticket.orderType,
    timeInForce: ticket.timeInForce,
    clientOrderId: ticket.clientOrderId,
    ...(wants.limit && ticket.limitPrice && { limitPrice: ticket.limitPrice.toFixed() }),
    ...(wants.stop && ticket.stopPrice && { stopPrice: ticket.stopPrice.toFixed() }),
    ...(ticket.orderType === 'trailing_stop' && ticket.trail && { trailPercent: ticket.trail.times(100).toFixed() }),
  };
}

const ENDS: Readonly<Record<string, BrokerOrderStatus>> = { filled: 'filled', canceled: 'cancelled', expired: 'expired', rejected: 'rejected', replaced: 'cancelled' };
export const isEnd = (status: BrokerOrderStatus): boolean => status !== 'accepted' && status !== 'partially_filled';

export function brokerOrder(order: trading.Order): BrokerOrder {
  const filledQuantity = number(order.filledQty ?? '0', 'filled_qty');
  const said = text(order.status, 'status of the order');
  return {
    clientOrderId: text(order.clientOrderId, 'client_order_id'),
    brokerOrderId: text(order.id, 'id of the order'),
    status: ENDS[said] ?? (filledQuantity.gt(0) ? 'partially_filled' : 'accepted'),
    filledQuantity,
    averagePrice: filledQuantity.gt(0) ? number(order.filledAvgPrice, 'filled_avg_price') : null,
    reason: said === 'replaced' ? `replaced by ${order.replacedBy ?? 'another order'}` : null,
    at: time(order.updatedAt ?? order.submittedAt ?? order.createdAt, 'time of the order'),
  };
}

/**
 * Names an execution. Alpaca does not say that the `execution_id` of its stream is the id of an activity; order and cumulative
 * quantity are in both, and no two executions of an order share them.
 */
const executionId = (orderId: string, cumulative: Decimal): string => `${orderId}:${cumulative.toFixed()}`;

/** One fill of an order, from either source. */
export interface Fill {
  readonly orderId: string;
  /** Filled of the order with this one. */
  readonly cumulative: Decimal;
  readonly execution: Omit<Execution, 'clientOrderId'>;
}

const fillOf = (orderId: string, cumulative: Decimal, rest: Pick<Execution, 'symbol' | 'side' | 'quantity' | 'price' | 'at'>): Fill => ({
  orderId, cumulative,
  // Shares cost nothing; what coins cost is booked as a fee of its own at the end of the day (see `coinFee`).
  execution: { executionId: executionId(orderId, cumulative), leg: 'net', fee: ZERO, leverage: 1, liquidation: false, ...rest },
});

export const fillOfUpdate = ({ order, qty, price, timestamp }: streaming.TradeUpdate, spelling: Spelling): Fill =>
  fillOf(text(order.id, 'id of the order'), number(order.filledQty, 'filled_qty'), {
    symbol: spelling(text(order.symbol, 'symbol')), side: sideIn(order.side), quantity: number(qty, 'qty'), price: number(price, 'price'), at: time(timestamp, 'timestamp'),
  });

export type Activity = trading.GetAccountActivities200ResponseInner;

export const fillOfActivity = (activity: Activity, spelling: Spelling): Fill =>
  fillOf(text(activity.orderId, 'order_id'), number(activity.cumQty, 'cum_qty'), {
    symbol: spelling(text(activity.symbol, 'symbol')), side: sideIn(activity.side), quantity: number(activity.qty, 'qty'), price: number(activity.price, 'price'),
    at: time(activity.transactionTime, 'transaction_time'),
  });

const DAY = 86_400_000;
/** Activities that are no fills often have a date only, of the day at whose end they are booked. Never after `now`. */
export const bookedAt = (activity: Activity, now: number): number =>
  activity.createdAt ? time(activity.createdAt, 'created_at') : Math.min(now, time(activity.date, 'date') + DAY - 1);

/** A fee that was taken in coins: as if they were sold, and what they brought paid as the fee. Position and cash come out as Alpaca's. */
export function coinFee(activity: Activity, now: number, spelling: Spelling): Execution | null {
  const quantity = activity.qty === undefined ? ZERO : number(activity.qty, 'qty').abs();
  if (quantity.isZero() || activity.symbol === undefined) return null;
  const price = number(activity.price ?? activity.perShareAmount, 'price');
  return {
    executionId: text(activity.id, 'id of the activity'), clientOrderId: null, symbol: spelling(activity.symbol), leg: 'net', side: 'sell',
    quantity, price, fee: quantity.times(price), leverage: 1, at: bookedAt(activity, now), liquidation: false,
  };
}

const TRANSFERS: ReadonlySet<string> = new Set(['CSD', 'CSW', 'TRANS', 'JNLC', 'ACATC']);

/** Money that came or went; null: none did. */
export function entryOf(activity: Activity, now: number, spelling: Spelling): AccountEntry | null {
  const amount = activity.netAmount === undefined ? ZERO : number(activity.netAmount, 'net_amount');
  if (amount.isZero() || activity.activityType === 'FILL' || activity.status === 'canceled') return null;
  return {
    entryId: text(activity.id, 'id of the activity'), kind: TRANSFERS.has(activity.activityType ?? '') ? 'deposit' : 'adjustment', amount,
    symbol: activity.symbol === undefined ? null : spelling(activity.symbol), at: bookedAt(activity, now),
  };
}

export function brokerPosition(position: trading.Position, spelling: Spelling): BrokerPosition {
  const quantity = number(position.qty, 'qty');
  return {
    symbol: spelling(text(position.symbol, 'symbol')), leg: 'net', side: position.side === 'short' || quantity.isNegative() ? 'short' : 'long',
    quantity: quantity.abs(), entryPrice: number(position.avgEntryPrice, 'avg_entry_price'),
  };
}

/** `wallet` is null: Alpaca tells cash and equity, and reads of positions beside them would be of another moment. */
export const brokerAccount = (account: trading.Account): BrokerAccount => ({
  equity: number(account.equity, 'equity'), buyingPower: number(account.buyingPower, 'buying_power'), wallet: null, currency: account.currency ?? 'USD',
});

export const assetOf = (asset: trading.Assets): AlpacaAsset => ({
  symbol: text(asset.symbol, 'symbol'),
  tradable: asset.tradable && asset.status === 'active',
  shortable: asset.shortable,
  fractionable: asset.fractionable,
  minOrderSize: asset.minOrderSize === undefined ? null : number(asset.minOrderSize, 'min_order_size').toNumber(),
  minTradeIncrement: asset.minTradeIncrement === undefined ? null : number(asset.minTradeIncrement, 'min_trade_increment').toNumber(),
});
