import type { PaperTerms } from '../../../config/config.js';
import { floorTo, type Decimal } from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import { sign, type AccountEntry, type Execution, type Leg, type Side } from '../../../model/trading.js';
import type { Book } from '../../portfolio/book.js';
import { affordable } from './affordable.js';
import { feeRate, takerPrice } from './costs.js';
import { fundingEntry, fundingTimes } from './funding.js';
import { closingSide } from './liquidation.js';
import type { Match } from './match.js';
import { ended, isOpenOrder, isReducing, remainingOf, type PaperOrder } from './paper-order.js';
import type { VolumeBudget } from './volume.js';

export interface Told {
  readonly execution?: Execution;
  readonly order?: PaperOrder;
  readonly entry?: AccountEntry;
}

/** What one operation changed, to be stored whole and then told in this order. */
export interface Changes {
  readonly orders: Map<string, PaperOrder>;
  readonly executions: { readonly execution: Execution; readonly sequence: number }[];
  readonly entries: AccountEntry[];
  readonly told: Told[];
}

const noChanges = (): Changes => ({ orders: new Map(), executions: [], entries: [], told: [] });

export interface PaperState {
  readonly book: Book;
  readonly open: Map<string, PaperOrder>;
  /** By symbol, market time up to which funding is booked. */
  readonly funded: Map<string, number>;
  orders: number;
  executions: number;
}

/** The books of one account at the paper broker, and what may be done with them. Each step notes what it changed. */
export class PaperAccount {
  #changes = noChanges();

  constructor(readonly state: PaperState, readonly terms: PaperTerms) {}

  get book(): Book {
    return this.state.book;
  }

  get spot(): boolean {
    return this.book.mode === 'spot';
  }

  /** What was changed since it was last asked. */
  taken(): Changes {
    const taken = this.#changes;
    this.#changes = noChanges();
    return taken;
  }

  openOrders(symbol?: string): readonly PaperOrder[] {
    return [...this.state.open.values()].filter(({ ticket }) => symbol === undefined || ticket.symbol === symbol).sort((a, b) => a.sequence - b.sequence);
  }

  put(order: PaperOrder): void {
    const id = order.ticket.clientOrderId;
    if (isOpenOrder(order)) this.state.open.set(id, order);
    else this.state.open.delete(id);
    this.#changes.orders.set(id, order);
  }

  end(order: PaperOrder, status: 'cancelled' | 'expired', reason: string, at: number): void {
    const over = ended(order, status, reason, at);
    this.put(over);
    this.#changes.told.push({ order: over });
  }

  expire(now: number, symbol?: string): void {
    for (const order of this.openOrders(symbol)) {
      if (order.expiresAt !== null && now >= order.expiresAt) this.end(order, 'expired', 'The session is over: send it again, or as gtc', now);
    }
  }

  /** Fills as much as position, volume and money allow, and ends what cannot go on. */
  fill(order: PaperOrder, { base, taker }: Match, budget: VolumeBudget, instrument: Instrument, at: number): void {
    const { ticket } = order;
    const { side, symbol, leg, timeInForce } = ticket;
    this.book.mark(symbol, base);
    const wanted = this.#reducible(order);
    if (wanted.lte(0)) return this.end(order, 'cancelled', 'There is nothing left to reduce', at);
    const price = taker ? takerPrice(base, side, this.terms, instrument.assetClass) : base;
    const fee = feeRate(this.terms, instrument.assetClass);
    const there = budget.of(wanted, instrument.lotSize);
    if (timeInForce === 'fok' && there.lt(wanted)) return this.end(order, 'cancelled', `Only ${there.toString()} could be filled at once`, at);
    const most = affordable(this.book, { symbol, leg, side, price, fee, leverage: ticket.leverage });
    const short = most.lt(there);
    const quantity = short ? floorTo(most, instrument.lotSize) : there;
    const unpaid = `${this.spot ? 'The cash' : 'The margin'} is enough for ${quantity.toString()} of ${wanted.toString()}`;
    if (short && (timeInForce === 'fok' || quantity.lte(0))) return this.end(order, 'cancelled', unpaid, at);
    if (quantity.gt(0)) {
      budget.take(quantity);
      const after = this.#execute(order, quantity, price, price.times(quantity).times(fee), at);
      if (isOpenOrder(after) && short) this.end(after, 'cancelled', unpaid, at);
    }
    const now = this.state.open.get(ticket.clientOrderId);
    if (now && timeInForce === 'ioc') this.end(now, 'cancelled', 'The rest could not be filled at once', at);
  }

  /** Ends all there is: everything at its mark, `symbol` at `price`; and books what the account could not pay. */
  liquidate(symbol: string, price: Decimal, at: number, assetClassOf: (symbol: string) => Instrument['assetClass']): void {
    this.book.mark(symbol, price);
    for (const order of this.openOrders()) this.end(order, 'cancelled', 'The account was liquidated', at);
    for (const position of this.book.positions()) {
      const mark = this.book.markOf(position.symbol)!;
      const { quantity, leg, leverage } = position;
      const fee = mark.times(quantity).times(feeRate(this.terms, assetClassOf(position.symbol)));
      this.#book({
        executionId: `liquidation-${position.symbol}-${leg}-${at}-${this.state.executions}`, clientOrderId: null, symbol: position.symbol, leg, side: closingSide(position),
        quantity, price: mark, fee, leverage, at, liquidation: true,
      });
    }
    this.#cover(symbol, at);
  }

  /** Funding of a symbol's positions for each eight hours since they were opened, or since the last. */
  fund(symbol: string, until: number, mark: Decimal): void {
    if (this.book.mode !== 'perpetual' || this.terms.fundingRate === 0) return;
    for (const position of this.book.positions()) {
      if (position.symbol !== symbol) continue;
      const after = Math.max(position.openedAt, this.state.funded.get(symbol) ?? 0);
      for (const at of fundingTimes(after, until)) this.#enter(fundingEntry(position, this.terms.fundingRate, mark, at));
    }
    this.state.funded.set(symbol, Math.max(until, this.state.funded.get(symbol) ?? 0));
  }

  /** What may still be filled of it: no more than is there to be reduced. */
  #reducible(order: PaperOrder): Decimal {
    const remaining = remainingOf(order);
    if (!isReducing(order.ticket, this.spot)) return remaining;
    const held = this.#against(order.ticket.symbol, order.ticket.leg, order.ticket.side);
    return held.lt(remaining) ? held : remaining;
  }

  /** What an order of this side would reduce; 0 or less where it would add. */
  #against(symbol: string, leg: Leg, side: Side): Decimal {
    return this.book.held(symbol, leg).times(-sign(side));
  }

  #execute(order: PaperOrder, quantity: Decimal, price: Decimal, fee: Decimal, at: number): PaperOrder {
    const { clientOrderId, symbol, leg, side, leverage, pair } = order.ticket;
    const filled = order.filled.plus(quantity);
    const fills = order.fills + 1;
    const after: PaperOrder = { ...order, filled, fills, worth: order.worth.plus(price.times(quantity)), status: filled.lt(order.ticket.quantity) ? 'partially_filled' : 'filled', at };
    this.put(after);
    this.#book({ executionId: `${order.brokerOrderId}-${fills}`, clientOrderId, symbol, leg, side, quantity, price, fee, leverage, at, liquidation: false });
    if (isOpenOrder(after) && remainingOf(after).lte(0)) this.end(after, 'cancelled', 'The other order of its pair has filled the rest', at);
    if (pair !== null) this.#takeOff(clientOrderId, pair, quantity, at);
    this.#endOrphans(symbol, leg, at);
    this.#cover(symbol, at);
    return this.state.open.get(clientOrderId) ?? this.#changes.orders.get(clientOrderId)!;
  }

  #takeOff(clientOrderId: string, pair: string, quantity: Decimal, at: number): void {
    for (const other of this.openOrders()) {
      if (other.ticket.pair !== pair || other.ticket.clientOrderId === clientOrderId) continue;
      const less: PaperOrder = { ...other, takenOff: other.takenOff.plus(quantity) };
      if (remainingOf(less).gt(0)) this.put(less);
      else this.end(less, 'cancelled', 'The other order of its pair was filled', at);
    }
  }

  /** Orders that only reduce end with what they reduce. */
  #endOrphans(symbol: string, leg: Leg, at: number): void {
    for (const order of this.openOrders(symbol)) {
      if (order.ticket.leg !== leg || !isReducing(order.ticket, this.spot)) continue;
      if (this.#against(symbol, leg, order.ticket.side).lte(0)) this.end(order, 'cancelled', 'The position is gone', at);
    }
  }

  /** An account without positions owes nothing: the shortfall is the broker's loss. */
  #cover(symbol: string, at: number): void {
    if (this.book.positions().length > 0 || this.book.wallet.gte(0)) return;
    this.#enter({ entryId: `shortfall-${symbol}-${at}-${this.state.executions}`, kind: 'liquidation_shortfall', amount: this.book.wallet.neg(), symbol, at });
  }

  #book(execution: Execution): void {
    this.book.apply(execution);
    this.#changes.executions.push({ execution, sequence: ++this.state.executions });
    this.#changes.told.push({ execution });
  }

  #enter(entry: AccountEntry): void {
    this.book.enter(entry);
    this.#changes.entries.push(entry);
    this.#changes.told.push({ entry });
  }
}
