import { decimal, ZERO, type Decimal } from '../model/decimal.js';
import { isOpen, type AccountMode, type Exits, type Leg, type OrderStatus, type OrderType, type Side, type TimeInForce } from '../model/trading.js';
import type { Book } from './portfolio/book.js';

/** `entry` opens or adds; `exit` reduces by decision; `target` and `stop` are the protective pair. */
export type OrderRole = 'entry' | 'exit' | 'target' | 'stop';

/** An order as this side knows it. Its id is the broker's client order id. */
export interface Order {
  readonly orderId: string;
  readonly decisionId: string;
  readonly symbol: string;
  readonly leg: Leg;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly orderType: OrderType;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly trail: Decimal | null;
  readonly timeInForce: TimeInForce;
  readonly reduceOnly: boolean;
  readonly leverage: number;
  readonly role: OrderRole;
  readonly pair: string | null;
  readonly status: OrderStatus;
  readonly brokerOrderId: string | null;
  readonly filledQuantity: Decimal;
  readonly averagePrice: Decimal | null;
  readonly fees: Decimal;
  readonly reason: string | null;
  /** Placed once this is filled. */
  readonly exits: Exits | null;
  /** Market time at which what it opened is closed again. */
  readonly exitAt: number | null;
  /** Market time. */
  readonly at: number;
  readonly updatedAt: number;
}

/** How an open position is to end. */
export interface Plan {
  readonly exits: Exits | null;
  readonly exitAt: number | null;
  /** The order that opened it, or added to it last. */
  readonly orderId: string;
  readonly decisionId: string;
  /** What opened it first. */
  readonly openedBy: string;
}

export const planKey = (symbol: string, leg: Leg): string => `${leg} ${symbol}`;
export const isProtective = ({ role }: Order): boolean => role === 'target' || role === 'stop';
export const remaining = ({ quantity, filledQuantity }: Order): Decimal => quantity.minus(filledQuantity);

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `2026-01-31`, UTC, of a time in epoch milliseconds. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** One account as it is in memory: the rows say the same. */
export class Account {
  /** Open ones, oldest first. */
  readonly orders = new Map<string, Order>();
  readonly plans = new Map<string, Plan>();
  /** Market times of the last minute's orders. */
  private times: number[] = [];
  peakEquity = ZERO;
  /** `2026-01-31`, UTC. */
  day = '';
  dayStartEquity = ZERO;
  /** What its broker says may be bound; null: the books say it. */
  buyingPower: Decimal | null = null;

  constructor(
    readonly id: string,
    readonly mode: AccountMode,
    readonly currency: string,
    readonly initial: Decimal,
    public book: Book,
  ) {}

  put(order: Order): void {
    if (isOpen(order.status)) this.orders.set(order.orderId, order);
    else this.orders.delete(order.orderId);
  }

  openOrders(symbol?: string, leg?: Leg): readonly Order[] {
    return [...this.orders.values()].filter((order) => (symbol === undefined || order.symbol === symbol) && (leg === undefined || order.leg === leg));
  }

  ordered(at: number): void {
    this.times.push(at);
  }

  orderTimes(now: number): readonly number[] {
    if (this.times[0] !== undefined && this.times[0] < now - MINUTE) this.times = this.times.filter((at) => at >= now - MINUTE);
    return this.times;
  }

  /** After marks or money have changed. True where the day began anew or the peak rose. A price that comes late is of the day before, and begins none. */
  measure(now: number): boolean {
    const { equity } = this.book.totals();
    const day = dayOf(now);
    const fresh = day !== this.day && dayOf(now + DAY) !== this.day;
    if (fresh) [this.day, this.dayStartEquity] = [day, equity];
    const higher = equity.gt(this.peakEquity);
    if (higher) this.peakEquity = equity;
    return fresh || higher;
  }

  /** Whether the market of this symbol can change anything here. */
  concerns(symbol: string): boolean {
    for (const order of this.orders.values()) if (order.symbol === symbol) return true;
    for (const position of this.book.positions()) if (position.symbol === symbol) return true;
    return false;
  }
}

/** What an execution makes of its order. */
export function withFill(order: Order, quantity: Decimal, price: Decimal, fee: Decimal, at: number): Order {
  const filledQuantity = order.filledQuantity.plus(quantity);
  const worth = (order.averagePrice ?? ZERO).times(order.filledQuantity).plus(price.times(quantity));
  const status = filledQuantity.gte(order.quantity) ? 'filled' : isOpen(order.status) ? 'partially_filled' : order.status;
  return { ...order, filledQuantity, averagePrice: worth.div(filledQuantity), fees: order.fees.plus(fee), status, updatedAt: at };
}

export const exitsText = (exits: Exits | null): string | null =>
  (exits && (exits.target || exits.stop) ? JSON.stringify({ target: exits.target?.toString() ?? null, stop: exits.stop?.toString() ?? null }) : null);

export function exitsFrom(text: string | null): Exits | null {
  if (text === null) return null;
  const { target, stop } = JSON.parse(text) as { target: string | null; stop: string | null };
  return { target: target === null ? null : decimal(target), stop: stop === null ? null : decimal(stop) };
}
