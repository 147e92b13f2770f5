import type { Kysely } from 'kysely';
import type { PaperTerms } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { decimal, floorTo, isPositive, ZERO, type Decimal } from '../../model/decimal.js';
import type { Instrument } from '../../model/instrument.js';
import { nextClose } from '../../model/new-york-calendar.js';
import { ORDER_TYPES, sign, TIMES_IN_FORCE, type AccountEntry, type AccountMode, type Execution } from '../../model/trading.js';
import type { Schema } from '../../storage/schema.js';
import { Book } from '../portfolio/book.js';
import { Broker, BrokerRefused, type Abilities, type BrokerAccount, type BrokerListener, type BrokerOrder, type BrokerPosition, type Ticket } from './broker.js';
import type { DrivenBroker } from './driven-broker.js';
import { liquidationPrice, maintenance } from './paper/liquidation.js';
import { barOf, FRESH, match, type Bar } from './paper/matching.js';
import { PaperStore, type Happened, type PaperOrder } from './paper/paper-store.js';
import { TickVolume } from './paper/tick-volume.js';

export interface PaperBrokerOptions {
  readonly db: Kysely<Schema>;
  readonly accountId: string;
  readonly mode: AccountMode;
  /** What the account is opened with, in its currency. */
  readonly balance: Decimal;
  readonly currency: string;
  readonly terms: PaperTerms;
  readonly instrumentOf: (symbol: string) => Instrument;
  /** Market time. */
  readonly now: () => number;
}

const DAY = 86_400_000;
const FUNDING_MS = 8 * 3_600_000;
const isWorking = ({ status }: BrokerOrder): boolean => status === 'accepted' || status === 'partially_filled';

/**
 * A broker with books of its own in the database: another party than the desk, also in what a crash leaves. It moves by
 * what it is told of the market alone; what it decided is stored before it is said. Ids come of orders and counters, so
 * the same orders on the same prices give the same executions.
 */
export class PaperBroker extends Broker implements DrivenBroker {
  readonly kind = 'paper';
  private readonly store: PaperStore;
  private book: Book;
  private readonly working = new Map<string, PaperOrder>();
  private readonly volumes = new TickVolume();
  private listener: BrokerListener | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  /** Market time of the last funding. */
  private at = 0;

  constructor(private readonly options: PaperBrokerOptions) {
    super();
    this.store = new PaperStore(options.db, options.accountId);
    this.book = new Book(options.mode, options.balance);
  }

  abilities({ lotSize }: Instrument): Abilities {
    const { mode, terms } = this.options;
    return {
      shorts: mode !== 'spot', orderTypes: new Set(ORDER_TYPES), timesInForce: new Set(TIMES_IN_FORCE), lotSize, minNotional: 0,
      maxLeverage: mode === 'perpetual' ? terms.maxLeverage : 1, pairs: true, hedging: mode === 'perpetual',
    };
  }

  async start(listener: BrokerListener): Promise<void> {
    this.listener = listener;
    const { mode, balance, now } = this.options;
    const loaded = await this.store.load(mode);
    if (!loaded) {
      this.at = now();
      await this.store.open(mode, { entryId: 'opened', kind: 'deposit', amount: balance, symbol: null, at: this.at });
      return;
    }
    [this.book, this.at] = [loaded.book, loaded.at];
    for (const order of loaded.orders) this.working.set(order.clientOrderId, order);
  }

  async stop(): Promise<void> {
    await this.turn.catch(() => undefined);
    this.listener = null;
  }

  submit(ticket: Ticket): Promise<BrokerOrder> {
    return this.next(async () => {
      const known = this.working.get(ticket.clientOrderId) ?? await this.store.find(ticket.clientOrderId);
      if (known) return known;
      this.check(ticket);
      const order: PaperOrder = {
        clientOrderId: ticket.clientOrderId, brokerOrderId: `paper-${ticket.clientOrderId}`, status: 'accepted', filledQuantity: ZERO, averagePrice: null,
        reason: null, at: ticket.at, ticket, working: FRESH, fills: 0,
      };
      const happened = nothing();
      happened.orders.set(order.clientOrderId, order);
      await this.store.commit(happened, this.book, this.at);
      this.working.set(order.clientOrderId, order);
      return order;
    });
  }

  cancel(clientOrderId: string): Promise<void> {
    return this.next(async () => {
      const order = this.working.get(clientOrderId);
      if (!order) return;
      const happened = nothing();
      this.end(order, 'cancelled', 'Cancelled as asked', this.options.now(), happened);
      await this.tell(happened);
    });
  }

  async find(clientOrderId: string): Promise<BrokerOrder | null> {
    return this.working.get(clientOrderId) ?? this.store.find(clientOrderId);
  }

  async openOrders(): Promise<readonly BrokerOrder[]> {
    return [...this.working.values()];
  }

  async positions(): Promise<readonly BrokerPosition[]> {
    return this.book.positions().map(({ symbol, leg, side, quantity, entryPrice }) => ({ symbol, leg, side, quantity, entryPrice }));
  }

  async account(): Promise<BrokerAccount> {
    const { equity, available, wallet } = this.book.totals();
    return { equity, buyingPower: available, wallet, currency: this.options.currency };
  }

  executions(since: number): Promise<readonly Execution[]> {
    return this.store.executions(since);
  }

  entries(since: number): Promise<readonly AccountEntry[]> {
    return this.store.entries(since);
  }

  /** At most a share of the last minute's volume in a minute: a single tick says too little. */
  async tick(symbol: string, price: number, volume: number, at: number): Promise<void> {
    this.volumes.add(symbol, volume, at);
    if (!this.concerns(symbol)) return;
    const budget = decimal(this.volumes.lastMinute(symbol, at)).times(this.options.terms.participation).minus(this.volumes.taken(symbol, at));
    const value = decimal(price);
    await this.next(() => this.move(symbol, { open: value, high: value, low: value, close: value }, budget, at, (order) => order.ticket.at < at));
  }

  async candle(symbol: string, candle: Candle): Promise<void> {
    if (!this.concerns(symbol)) return;
    const budget = decimal(candle.volume).times(this.options.terms.participation);
    await this.next(() => this.move(symbol, barOf(candle), budget, candle.knownAt, (order) => order.ticket.at <= candle.time, candle.time));
  }

  private concerns(symbol: string): boolean {
    for (const { ticket } of this.working.values()) if (ticket.symbol === symbol) return true;
    return this.book.positions().some((position) => position.symbol === symbol);
  }

  /** One bar of one symbol: expiries, fills, funding, liquidation; stored, then told. `begin`: when the bar opened. */
  private async move(symbol: string, bar: Bar, budget: Decimal, at: number, sees: (order: PaperOrder) => boolean, begin = at): Promise<void> {
    const happened = nothing();
    let left = budget.gt(0) ? budget : ZERO;
    // stops before the rest: within one bar nobody knows the order, and the worse is assumed
    const due = [...this.working.values()].filter((order) => order.ticket.symbol === symbol && sees(order)).sort((a, b) => rank(a) - rank(b));
    for (const { clientOrderId } of due) {
      const order = this.working.get(clientOrderId);
      if (!order) continue;
      if (begin > this.dayEnd(order.ticket)) this.end(order, 'expired', 'The day is over', at, happened);
      else left = left.minus(this.fill(order, bar, left, at, happened));
    }
    this.book.mark(symbol, bar.close);
    this.fund(at, happened);
    this.liquidate(symbol, bar, at, happened);
    this.at = at;
    if (happened.orders.size + happened.executions.length + happened.entries.length > 0) await this.tell(happened);
  }

  /** Fills what can be; returns how much of the volume it took. */
  private fill(order: PaperOrder, bar: Bar, left: Decimal, at: number, happened: Happened): Decimal {
    const { ticket } = order;
    const { terms, instrumentOf } = this.options;
    const instrument = instrumentOf(ticket.symbol);
    const matched = match(ticket, order.working, bar, terms.halfSpread[instrument.assetClass] + terms.slippage[instrument.assetClass]);
    const now: PaperOrder = { ...order, working: matched.working };
    if (matched.working !== order.working) this.keep(now, happened);
    const atOnce = ticket.timeInForce === 'ioc' || ticket.timeInForce === 'fok';
    if (!matched.price) {
      if (atOnce) this.end(now, 'cancelled', 'Nothing was to be had at once', at, happened);
      return ZERO;
    }
    const rest = ticket.quantity.minus(order.filledQuantity);
    const wanted = this.wanted(ticket, rest);
    if (wanted.lte(0)) {
      this.end(now, 'cancelled', 'There is no position left to reduce', at, happened);
      return ZERO;
    }
    const whole = wanted.lte(left);
    if (ticket.timeInForce === 'fok' && (!whole || wanted.lt(rest))) {
      this.end(now, 'cancelled', 'Not all of it was to be had at once', at, happened);
      return ZERO;
    }
    const taken = whole ? wanted : floorTo(left, instrument.lotSize);
    const quantity = this.affordable(ticket, taken, matched.price, instrument);
    if (quantity.lte(0)) {
      if (taken.gt(0)) this.end(now, 'cancelled', 'The account cannot pay for it', at, happened);
      else if (atOnce) this.end(now, 'cancelled', 'Nothing was to be had at once', at, happened);
      return ZERO;
    }
    const after = this.execute(now, quantity, matched.price, at, happened);
    if (isWorking(after) && quantity.lt(taken)) this.end(after, 'cancelled', 'The account cannot pay for more', at, happened);
    else if (isWorking(after) && atOnce) this.end(after, 'cancelled', 'No more was to be had at once', at, happened);
    else if (isWorking(after) && ticket.reduceOnly && this.wanted(ticket, ticket.quantity.minus(after.filledQuantity)).lte(0)) this.end(after, 'cancelled', 'There is no position left to reduce', at, happened);
    return quantity;
  }

  private execute(order: PaperOrder, quantity: Decimal, price: Decimal, at: number, happened: Happened): PaperOrder {
    const { ticket } = order;
    const fee = price.times(quantity).times(this.options.terms.fee[this.options.instrumentOf(ticket.symbol).assetClass]);
    const execution: Execution = {
      executionId: `${ticket.clientOrderId}:${order.fills + 1}`, clientOrderId: ticket.clientOrderId, symbol: ticket.symbol, leg: ticket.leg, side: ticket.side,
      quantity, price, fee, leverage: this.options.mode === 'perpetual' ? ticket.leverage : 1, at, liquidation: false,
    };
    this.book.apply(execution);
    this.volumes.take(ticket.symbol, quantity.toNumber(), at);
    happened.executions.push(execution);
    happened.symbols.add(ticket.symbol);
    const filledQuantity = order.filledQuantity.plus(quantity);
    const averagePrice = (order.averagePrice ?? ZERO).times(order.filledQuantity).plus(price.times(quantity)).div(filledQuantity);
    const after: PaperOrder = { ...order, filledQuantity, averagePrice, fills: order.fills + 1, at, status: filledQuantity.gte(ticket.quantity) ? 'filled' : 'partially_filled' };
    this.keep(after, happened);
    this.shrinkPair(ticket, quantity, at, happened);
    return after;
  }

  /** What fills of one of a pair is taken off the other. */
  private shrinkPair({ pair, clientOrderId }: Ticket, quantity: Decimal, at: number, happened: Happened): void {
    if (pair === null) return;
    for (const other of [...this.working.values()]) {
      if (other.ticket.pair !== pair || other.clientOrderId === clientOrderId) continue;
      const rest = other.ticket.quantity.minus(other.filledQuantity).minus(quantity);
      if (rest.lte(0)) this.end(other, 'cancelled', 'The other of the pair was filled', at, happened);
      else this.keep({ ...other, ticket: { ...other.ticket, quantity: other.ticket.quantity.minus(quantity) } }, happened);
    }
  }

  /** A reducing order, and any sell on spot, takes no more than the position. */
  private wanted(ticket: Ticket, rest: Decimal): Decimal {
    const held = this.book.held(ticket.symbol, ticket.leg);
    const against = held.times(sign(ticket.side)).lt(0);
    if (!ticket.reduceOnly && !(this.options.mode === 'spot' && ticket.side === 'sell')) return rest;
    if (!against) return ZERO;
    return rest.gt(held.abs()) ? held.abs() : rest;
  }

  /** What of it can be paid, or margined. */
  private affordable(ticket: Ticket, quantity: Decimal, price: Decimal, { lotSize, assetClass }: Instrument): Decimal {
    const held = this.book.held(ticket.symbol, ticket.leg);
    const closes = held.times(sign(ticket.side)).lt(0) ? lesser(held.abs(), quantity) : ZERO;
    const opens = quantity.minus(closes);
    if (opens.lte(0)) return quantity;
    const leverage = this.options.mode === 'perpetual' ? ticket.leverage : 1;
    const { available } = this.book.totals();
    const gained = closes.gt(0) ? this.freed(ticket, closes, price) : ZERO;
    const each = price.times(decimal(1).div(leverage).plus(this.options.terms.fee[assetClass]));
    const most = available.plus(gained).div(each);
    if (most.gte(opens)) return quantity;
    return floorTo(closes.plus(most.gt(0) ? most : ZERO), lotSize);
  }

  /** What closing sets free: its margin and its gain. */
  private freed(ticket: Ticket, closes: Decimal, price: Decimal): Decimal {
    const position = this.book.position(ticket.symbol, ticket.leg)!;
    const margin = position.entryPrice.times(closes).div(position.leverage);
    const gain = price.minus(this.book.markOf(ticket.symbol) ?? position.entryPrice).times(closes).times(sign(position.side));
    return margin.plus(gain);
  }

  private check(ticket: Ticket): void {
    if (!isPositive(ticket.quantity)) throw new BrokerRefused('INVALID_QUANTITY', `The quantity ${ticket.quantity.toString()} must be above 0`);
    const { mode } = this.options;
    if (ticket.leg !== 'net' && mode !== 'perpetual') throw new BrokerRefused('NO_LEGS', 'This account has one position a symbol');
    const held = this.book.held(ticket.symbol, ticket.leg);
    if (mode === 'spot' && ticket.side === 'sell' && !ticket.reduceOnly && ticket.quantity.gt(held)) {
      throw new BrokerRefused('NO_SHORTS', `${held.toString()} ${ticket.symbol} are held, and a spot account sells no more than it has`);
    }
    const mark = ticket.limitPrice ?? ticket.stopPrice ?? this.book.markOf(ticket.symbol);
    if (ticket.reduceOnly || !mark) return;
    const opens = ticket.quantity.minus(held.times(sign(ticket.side)).lt(0) ? held.abs() : ZERO);
    const cost = opens.times(mark).div(mode === 'perpetual' ? ticket.leverage : 1);
    const { available } = this.book.totals();
    if (cost.gt(available)) throw new BrokerRefused('INSUFFICIENT_FUNDS', `${cost.toFixed(2)} are needed and ${available.toFixed(2)} are free`);
  }

  private fund(at: number, happened: Happened): void {
    const rate = this.options.terms.fundingRate;
    if (rate === 0 || this.options.mode !== 'perpetual') return;
    for (let due = (Math.floor(this.at / FUNDING_MS) + 1) * FUNDING_MS; due <= at && this.at > 0; due += FUNDING_MS) {
      for (const { symbol, leg, side, quantity, entryPrice } of this.book.positions()) {
        const amount = quantity.times(this.book.markOf(symbol) ?? entryPrice).times(-sign(side) * rate);
        this.enter({ entryId: `funding:${leg}:${symbol}:${due}`, kind: 'funding', amount, symbol, at: due }, happened);
      }
    }
  }

  /** At the bar's worst price for the position; everything is closed, and what is missing is booked. */
  private liquidate(symbol: string, bar: Bar, at: number, happened: Happened): void {
    if (this.options.mode !== 'perpetual') return;
    const mmr = this.options.terms.maintenanceMargin;
    for (const position of this.book.positions().filter((each) => each.symbol === symbol)) {
      const worst = position.side === 'long' ? bar.low : bar.high;
      this.book.mark(symbol, worst);
      const broke = this.book.totals().equity.lte(maintenance(this.book, mmr));
      if (broke) {
        const own = this.book.unrealised(position).minus(worst.times(position.quantity).times(mmr));
        const free = this.book.totals().equity.minus(maintenance(this.book, mmr)).minus(own);
        const at1 = liquidationPrice(position, free, mmr);
        const direction = sign(position.side);
        const price = at1.minus(bar.open).times(direction).gt(0) ? bar.open : at1.minus(worst).times(direction).lt(0) ? worst : at1;
        this.book.mark(symbol, price);
        return this.closeAll(at, happened);
      }
      this.book.mark(symbol, bar.close);
    }
  }

  private closeAll(at: number, happened: Happened): void {
    for (const order of [...this.working.values()]) this.end(order, 'cancelled', 'The account was liquidated', at, happened);
    for (const { symbol, leg, side, quantity, leverage, entryPrice } of this.book.positions()) {
      const execution: Execution = {
        executionId: `liquidation:${leg}:${symbol}:${at}`, clientOrderId: null, symbol, leg, side: side === 'long' ? 'sell' : 'buy', quantity,
        price: this.book.markOf(symbol) ?? entryPrice, fee: ZERO, leverage, at, liquidation: true,
      };
      this.book.apply(execution);
      happened.executions.push(execution);
      happened.symbols.add(symbol);
    }
    if (this.book.wallet.lt(0)) this.enter({ entryId: `shortfall:${at}`, kind: 'liquidation_shortfall', amount: this.book.wallet.neg(), symbol: null, at }, happened);
  }

  private enter(entry: AccountEntry, happened: Happened): void {
    this.book.enter(entry);
    happened.entries.push(entry);
  }

  private end(order: PaperOrder, status: 'cancelled' | 'expired', reason: string, at: number, happened: Happened): void {
    this.keep({ ...order, status, reason, at }, happened);
  }

  private keep(order: PaperOrder, happened: Happened): void {
    happened.orders.set(order.clientOrderId, order);
    if (isWorking(order)) this.working.set(order.clientOrderId, order);
    else this.working.delete(order.clientOrderId);
  }

  /** Stored, then told. */
  private async tell(happened: Happened): Promise<void> {
    await this.store.commit(happened, this.book, this.at);
    const { listener } = this;
    if (!listener) return;
    for (const entry of happened.entries) await listener.booked(entry);
    for (const execution of happened.executions) await listener.executed(execution);
    for (const order of happened.orders.values()) if (!isWorking(order) && order.status !== 'filled') await listener.changed(order);
  }

  /** End of the session in which it was placed, or of the next where that one is over; crypto: midnight UTC. */
  private dayEnd({ timeInForce, at, symbol }: Ticket): number {
    if (timeInForce !== 'day') return Number.POSITIVE_INFINITY;
    return this.options.instrumentOf(symbol).hours === 'us_equity' ? nextClose(at + 1) : (Math.floor(at / DAY) + 1) * DAY;
  }

  private next<T>(step: () => Promise<T>): Promise<T> {
    const done = this.turn.then(step);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

const nothing = (): Happened => ({ orders: new Map(), executions: [], entries: [], symbols: new Set() });
const rank = ({ ticket }: PaperOrder): number => (ticket.orderType === 'stop' || ticket.orderType === 'stop_limit' || ticket.orderType === 'trailing_stop' ? 0 : 1);
const lesser = (one: Decimal, other: Decimal): Decimal => (one.lt(other) ? one : other);
