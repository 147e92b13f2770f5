import { randomUUID } from 'node:crypto';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';

/** As on the wire. */
export interface WireOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly asset_class: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly time_in_force: string;
  readonly qty: string;
  readonly limit_price: string | null;
  readonly stop_price: string | null;
  readonly trail_percent: string | null;
  readonly submitted_at: string;
  status: string;
  filled_qty: string;
  filled_avg_price: string | null;
  updated_at: string;
  hwm: string | null;
  [field: string]: unknown;
}
export interface WireUpdate {
  readonly event: string;
  readonly timestamp: string;
  readonly order: WireOrder;
  readonly execution_id: string;
  readonly price?: string;
  readonly qty?: string;
  readonly position_qty?: string;
}
export interface WireRefusal {
  readonly refused: number;
  readonly code: number;
  readonly message: string;
}
interface Asset {
  readonly symbol: string;
  readonly class: 'us_equity' | 'crypto';
  tradable: boolean;
  shortable: boolean;
  fractionable: boolean;
}
type Body = Readonly<Record<string, string | undefined>>;

const OPEN: ReadonlySet<string> = new Set(['new', 'partially_filled']);
const refuse = (refused: number, code: number, message: string): WireRefusal => ({ refused, code, message });
const key = (symbol: string): string => symbol.replace('/', '');

/** What stands behind Alpaca's API, in one account: assets, orders, positions, activities. It fills on prices that come after an order. */
export class AlpacaExchange {
  readonly assets = new Map<string, Asset>();
  readonly orders: WireOrder[] = [];
  readonly activities: Record<string, unknown>[] = [];
  /** Signed, by symbol without a slash. */
  readonly held = new Map<string, { quantity: Decimal; entry: Decimal }>();
  readonly marks = new Map<string, Decimal>();
  cash = decimal(100_000);

  constructor(private readonly now: () => number, private readonly tell: (update: WireUpdate) => void) {
    for (const symbol of ['AAPL', 'MSFT', 'NVDA', 'SPY', 'TSLA']) this.assets.set(symbol, { symbol, class: 'us_equity', tradable: true, shortable: true, fractionable: true });
    for (const symbol of ['BTC/USD', 'ETH/USD', 'SOL/USD']) this.assets.set(symbol, { symbol, class: 'crypto', tradable: true, shortable: false, fractionable: true });
  }

  asset(symbol: string): Asset | undefined {
    return [...this.assets.values()].find((asset) => key(asset.symbol) === key(symbol));
  }

  get equity(): Decimal {
    return [...this.held].reduce((sum, [symbol, { quantity, entry }]) => sum.plus(quantity.times(this.marks.get(symbol) ?? entry)), this.cash);
  }

  submit(body: Body): WireOrder | WireRefusal {
    const refusal = this.#refusal(body);
    if (refusal) return refusal;
    const at = this.#iso();
    const order: WireOrder = {
      id: randomUUID(), client_order_id: body['client_order_id'] ?? randomUUID(), created_at: at, updated_at: at, submitted_at: at, filled_at: null, expired_at: null,
      canceled_at: null, failed_at: null, replaced_at: null, replaced_by: null, replaces: null, asset_id: randomUUID(), symbol: this.asset(body['symbol']!)!.symbol,
      asset_class: this.asset(body['symbol']!)!.class, notional: null, qty: body['qty']!, filled_qty: '0', filled_avg_price: null, order_class: 'simple', order_type: body['type']!,
      type: body['type']!, side: body['side'] as 'buy', time_in_force: body['time_in_force']!, limit_price: body['limit_price'] ?? null, stop_price: body['stop_price'] ?? null,
      status: 'new', extended_hours: false, legs: null, trail_percent: body['trail_percent'] ?? null, trail_price: null, hwm: null,
    };
    this.orders.push(order);
    this.#update('new', order);
    return order;
  }

  cancel(id: string): WireRefusal | null {
    const order = this.orders.find((each) => each.id === id);
    if (!order) return refuse(404, 40410000, `order not found for ${id}`);
    if (!OPEN.has(order.status)) return refuse(422, 42210000, `order is already in "${order.status}" state`);
    this.end(order, 'canceled');
    return null;
  }

  end(order: WireOrder, status: 'canceled' | 'expired' | 'rejected'): void {
    order.status = status;
    order.updated_at = this.#iso();
    order[`${status === 'rejected' ? 'failed' : status}_at`] = order.updated_at;
    this.#update(status, order);
  }

  /** The market trades at this: `volume` is what can be had in all, anything where it is not given. */
  price(symbol: string, price: Decimal, volume: Decimal | null): void {
    this.marks.set(key(symbol), price);
    let left = volume;
    for (const order of this.orders.filter((each) => OPEN.has(each.status) && key(each.symbol) === key(symbol))) {
      const open = decimal(order.qty).minus(order.filled_qty);
      const quantity = left === null || left.gte(open) ? open : left;
      const fills = this.#crosses(order, price) && quantity.gt(0) && (order.time_in_force !== 'fok' || quantity.eq(open));
      if (fills) {
        this.#fill(order, quantity, price);
        if (left !== null) left = left.minus(quantity);
      }
      if (OPEN.has(order.status) && (order.time_in_force === 'ioc' || order.time_in_force === 'fok')) this.end(order, 'canceled');
    }
  }

  /** What coins cost is taken of them at the end of the day. */
  coinFee(symbol: string, quantity: Decimal, price: Decimal): void {
    this.#move(key(symbol), quantity.neg(), price);
    this.#book({ activity_type: 'CFEE', date: this.#iso().slice(0, 10), qty: quantity.neg().toFixed(), price: price.toFixed(), net_amount: '0', symbol: key(symbol), status: 'executed' });
  }

  money(activity_type: string, amount: Decimal): void {
    this.cash = this.cash.plus(amount);
    this.#book({ activity_type, date: this.#iso().slice(0, 10), created_at: this.#iso(), net_amount: amount.toFixed(), status: 'executed' });
  }

  #refusal(body: Body): WireRefusal | null {
    const asset = this.asset(body['symbol'] ?? '');
    const [type, time] = [body['type'] ?? '', body['time_in_force'] ?? ''];
    if (!asset) return refuse(422, 40010001, `asset "${body['symbol'] ?? ''}" not found`);
    if (!asset.tradable) return refuse(422, 42210000, `asset ${asset.symbol} is not tradable`);
    if (!/^\d+(\.\d{1,9})?$/.test(body['qty'] ?? '') || decimal(body['qty']!).isZero()) return refuse(422, 40010001, 'qty must be > 0');
    if (this.orders.some((order) => order.client_order_id === body['client_order_id'])) return refuse(422, 40010001, 'client_order_id must be unique');
    if (asset.class === 'crypto' && !['gtc', 'ioc'].includes(time)) return refuse(422, 42210000, 'invalid crypto time_in_force');
    if (asset.class === 'crypto' && !['market', 'limit', 'stop_limit'].includes(type)) return refuse(422, 42210000, 'invalid order type for crypto order');
    if (asset.class === 'us_equity' && !decimal(body['qty']!).isInteger() && time !== 'day') return refuse(422, 42210000, 'fractional orders must be DAY orders');
    if ((type === 'limit' || type === 'stop_limit') && !body['limit_price']) return refuse(422, 40010001, `${type} orders require limit price`);
    if ((type === 'stop' || type === 'stop_limit') && !body['stop_price']) return refuse(422, 40010001, `${type} orders require stop price`);
    if (type === 'trailing_stop' && !body['trail_percent']) return refuse(422, 40010001, 'trailing stop orders must specify one of trail_price or trail_percent');
    return this.#beyondMeans(asset, decimal(body['qty']!), body);
  }

  #beyondMeans(asset: Asset, quantity: Decimal, { side, limit_price }: Body): WireRefusal | null {
    const held = this.held.get(key(asset.symbol))?.quantity ?? ZERO;
    const reduces = side === 'sell' ? held.gt(0) : held.lt(0);
    if (reduces) {
      const bound = this.orders.filter((order) => OPEN.has(order.status) && order.side === side && key(order.symbol) === key(asset.symbol))
        .reduce((sum, order) => sum.plus(order.qty).minus(order.filled_qty), ZERO);
      const free = held.abs().minus(bound);
      return quantity.gt(free) ? refuse(403, 40310000, `insufficient qty available for order (requested: ${quantity.toFixed()}, available: ${free.toFixed()})`) : null;
    }
    if (side === 'sell' && !asset.shortable) return refuse(403, 40310000, `insufficient balance for ${asset.symbol} (requested: ${quantity.toFixed()}, available: 0)`);
    if (side === 'sell' && !quantity.isInteger()) return refuse(403, 40310000, 'fractional orders cannot be sold short');
    const worth = quantity.times(limit_price ?? this.marks.get(key(asset.symbol)) ?? 0);
    return worth.gt(this.equity.times(2)) ? refuse(403, 40310000, 'insufficient buying power') : null;
  }

  #crosses(order: WireOrder, price: Decimal): boolean {
    const buys = order.side === 'buy';
    const reached = (level: Decimal): boolean => (buys ? price.gte(level) : price.lte(level));
    const within = order.limit_price === null || (buys ? price.lte(order.limit_price) : price.gte(order.limit_price));
    if (order.type === 'stop' || order.type === 'stop_limit') order['triggered'] = order['triggered'] === true || reached(decimal(order.stop_price!));
    if (order.type === 'trailing_stop') {
      const mark = order.hwm === null ? price : buys ? price.lt(order.hwm) ? price : decimal(order.hwm) : price.gt(order.hwm) ? price : decimal(order.hwm);
      order.hwm = mark.toFixed();
      order['triggered'] = reached(mark.times(decimal(1).plus(decimal(order.trail_percent!).div(buys ? 100 : -100))));
    }
    return order['triggered'] === false ? false : within;
  }

  #fill(order: WireOrder, quantity: Decimal, price: Decimal): void {
    const before = decimal(order.filled_qty);
    const filled = before.plus(quantity);
    const worth = before.times(order.filled_avg_price ?? 0).plus(quantity.times(price));
    const whole = filled.eq(order.qty);
    const at = this.#iso();
    Object.assign(order, { filled_qty: filled.toFixed(), filled_avg_price: worth.div(filled).toFixed(), status: whole ? 'filled' : 'partially_filled', updated_at: at, ...(whole && { filled_at: at }) });
    const signed = order.side === 'buy' ? quantity : quantity.neg();
    this.cash = this.cash.minus(signed.times(price));
    this.#move(key(order.symbol), signed, price);
    this.#book({
      activity_type: 'FILL', cum_qty: order.filled_qty, leaves_qty: decimal(order.qty).minus(filled).toFixed(), price: price.toFixed(), qty: quantity.toFixed(), side: order.side, symbol: order.symbol,
      transaction_time: at, order_id: order.id, order_status: order.status, type: whole ? 'fill' : 'partial_fill',
    });
    this.#update(whole ? 'fill' : 'partial_fill', order, { price: price.toFixed(), qty: quantity.toFixed(), position_qty: (this.held.get(key(order.symbol))?.quantity ?? ZERO).toFixed() });
  }

  #move(symbol: string, signed: Decimal, price: Decimal): void {
    const { quantity, entry } = this.held.get(symbol) ?? { quantity: ZERO, entry: ZERO };
    const after = quantity.plus(signed);
    if (after.isZero()) this.held.delete(symbol);
    else if (quantity.isZero() || quantity.s === signed.s) this.held.set(symbol, { quantity: after, entry: quantity.times(entry).plus(signed.times(price)).div(after) });
    else this.held.set(symbol, { quantity: after, entry: after.s === quantity.s ? entry : price });
  }

  /** Ids are as Alpaca's: time and a random part, by which those of one millisecond come in any order. */
  #book(activity: Record<string, unknown>): void {
    this.activities.push({ id: `${this.#iso().replace(/\D/g, '')}::${randomUUID()}`, ...activity });
    this.activities.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
  }

  /** Its execution id is not the activity's: Alpaca does not promise that. */
  #update(event: string, order: WireOrder, fill: Partial<WireUpdate> = {}): void {
    this.tell({ event, timestamp: this.#iso(), execution_id: randomUUID(), order: { ...order }, ...fill });
  }

  #iso(): string {
    return new Date(this.now()).toISOString();
  }
}
