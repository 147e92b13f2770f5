import type { AccountConfig } from '../config/config.js';
import type { Market } from '../market/market.js';
import { decimal, ZERO, type Decimal } from '../model/decimal.js';
import { isOpen, sign, type AccountEntry, type Execution, type Intent, type TradingState } from '../model/trading.js';
import type { NewMessage } from '../rooms/message.js';
import type { RoomWriter, Work } from '../rooms/room-writer.js';
import type { Transaction } from 'kysely';
import type { Schema } from '../storage/schema.js';
import type { DecisionsTable, DecisionStatus } from '../storage/trading-schema.js';
import { isProtective, planKey, withFill, type Account, type Order, type OrderRole } from './account.js';
import type { AccountStore } from './account-store.js';
import type { ApprovalDesk } from './approval-desk.js';
import { BrokerRefused, BrokerSilent, type Broker, type BrokerAccount, type BrokerOrder, type BrokerPosition } from './brokers/broker.js';
import { decisionMessage } from './decision-message.js';
import { decisionIdOf, intentText, orderIdOf } from './intent-text.js';
import { Book } from './portfolio/book.js';
import type { Prices } from './prices.js';
import type { Proposal } from './proposal.js';
import { checkIntent } from './risk/gates.js';
import type { GateResult, Refusal } from './risk/gate.js';
import { asBefore, changeOf, decisionStatusOf, fromRow, intentOf, nothing, sumOf, ticketOf, unsized, without } from './order-words.js';
import { riskInput, type Circumstances } from './risk-input.js';
import { sized } from './sized.js';
import type { Decision, FilledOrder, OrderChange, TradeEnd } from './trading.js';

export interface FlowNeeds {
  readonly account: Account;
  readonly config: AccountConfig;
  readonly broker: Broker;
  readonly market: Pick<Market, 'instrument' | 'instruments'>;
  readonly prices: Prices;
  readonly store: AccountStore;
  readonly writer: RoomWriter;
  readonly approvals: ApprovalDesk;
  readonly state: () => TradingState;
  /** In each transaction: throws where another trades the account by now. */
  readonly check: (tx: Transaction<Schema>) => Promise<void>;
  /** After each change of a decision or of its own order is stored. */
  readonly changed: (change: OrderChange) => Promise<void>;
  readonly giveUp: AbortSignal;
}

/** What goes into the transaction of a decision beside it. Must bear being run again. */
export type Beside = (tx: Transaction<Schema>, row: DecisionsTable) => Promise<void>;

/** What an execution did, for those who listen. */
export interface Booked {
  readonly fill: FilledOrder;
  readonly end: TradeEnd | null;
}

/**
 * THE LIFE OF AN ORDER, of one account and one step after the other:
 * proposal → intent → sizing → gates → approval where one is needed → order, stored before it is sent → broker →
 * executions, each once → books → rooms.
 */
export class OrderFlow {
  /** Up to when the broker's executions are in. */
  settledUntil = 0;
  /** Orders of which the broker says more is filled than is in the books, by id. */
  readonly behind = new Map<string, Decimal>();

  /** Orders whose end is on its way to the database, by id: the same end may be told and asked for at once. */
  private readonly ending = new Map<string, Promise<Order>>();

  constructor(private readonly needs: FlowNeeds) {}

  /** Resolves once what became of it is stored and said. */
  async consider(proposal: Proposal, beside?: Beside): Promise<Decision> {
    const before = await this.needs.store.decisionByKey(proposal.accountId, proposal.key);
    if (before) return asBefore(before, proposal);
    const intent = this.size(proposal);
    if (intent === null) return { ...nothing(proposal), decisionId: decisionIdOf(proposal.accountId, proposal.key) };
    if ('code' in intent) return this.refuse(proposal, unsized(proposal), intent, beside);
    const checked = await this.gates(intent, proposal);
    if (!checked.pass) return this.refuse(proposal, intent, checked, beside);
    const needed = this.needs.approvals.needed({
      broker: this.needs.broker.kind, accountId: intent.accountId, symbol: intent.symbol, origin: proposal.origin, notional: this.worth(intent).toNumber(),
    });
    return needed > 0 ? this.wait(proposal, intent, needed, beside) : this.place(proposal, intent, beside);
  }

  /** What was to come of a proposal later, and will not: stored and said. */
  async drop(proposal: Proposal, status: 'cancelled' | 'expired', { code, detail }: { readonly code: string; readonly detail: string }, beside: Beside): Promise<Decision> {
    return this.ends({ ...this.row(proposal, unsized(proposal), status), gate: JSON.stringify({ code, detail, numbers: {} }) }, beside, proposal);
  }

  /** Every gate, against the account and the market as they are now. `except`: a waiting intent that is this one. */
  async gates(intent: Intent, circumstances: Circumstances, except: Intent | null = null): Promise<GateResult> {
    const { account, config, broker, market, prices, store, state } = this.needs;
    const instrument = market.instrument(intent.symbol);
    const input = await riskInput(intent, circumstances, {
      account, limits: config.limits, instrument, abilities: broker.abilities(instrument), state: state(), now: prices.now(),
      priceOf: (symbol) => prices.of(symbol), instrumentOf: (symbol) => market.instrument(symbol), store,
      waiting: without(this.needs.approvals.waiting(account.id), except),
    });
    return checkIntent(input, config.limits);
  }

  /** What a person has agreed to, through every gate again. */
  async execute(decisionId: string, intent: Intent): Promise<Decision> {
    const row = await this.needs.store.decision(decisionId);
    if (!row) throw new Error(`There is no decision ${decisionId}`);
    if (row.order_id !== null) return fromRow(row);
    const checked = await this.gates(intent, { confidence: row.confidence, origin: row.origin, price: row.price === null ? null : decimal(row.price) }, intent);
    const changed = { ...row, intent: intentText(intent) };
    if (!checked.pass) return this.refuseRow(changed, checked);
    return this.placeRow(changed, intent, null);
  }

  /** Gives a stored order to its broker. What is not known afterwards stays `unknown`, and is asked for. */
  async send(order: Order): Promise<Order> {
    try {
      return await this.changed(await this.needs.broker.submit(ticketOf(order)), order);
    } catch (error) {
      if (error instanceof BrokerRefused) return this.ended(order, 'rejected', `${error.code}: ${error.message}`);
      if (error instanceof BrokerSilent) return this.ended(order, 'unknown', error.message);
      throw error;
    }
  }

  /** Whether the broker has it: as it is there; or sent again, where the broker has never seen it and never will. */
  async ask(order: Order): Promise<Order> {
    const found = await this.needs.broker.find(order.orderId);
    if (found) return this.changed(found, order);
    if (order.status !== 'stored' && order.status !== 'unknown') return this.ended(order, 'cancelled', 'The broker does not know it any more');
    if (!isProtective(order)) {
      const checked = await this.gates(intentOf(this.needs.account.id, order), { confidence: 1, origin: 'person', price: null });
      if (!checked.pass) return this.ended(order, 'expired', `It was never sent, and ${checked.detail}`);
    }
    return this.send(order);
  }

  /** What the broker says of an order; fills come by `executed`. */
  async changed(told: BrokerOrder, known?: Order): Promise<Order> {
    const { account, store } = this.needs;
    const ending = this.ending.get(told.clientOrderId);
    if (ending) return ending;
    const order = account.orders.get(told.clientOrderId) ?? known ?? await store.order(told.clientOrderId);
    if (!order) throw new Error(`The broker tells of an order ${told.clientOrderId} that is not known here`);
    if (told.filledQuantity.gt(order.filledQuantity)) this.behind.set(order.orderId, told.filledQuantity);
    const over = told.status === 'cancelled' || told.status === 'expired' || told.status === 'rejected';
    const isNew = order.status === 'stored' || order.status === 'unknown';
    if (!over && !isNew) return order;
    const status = over ? told.status : order.filledQuantity.gt(0) ? 'partially_filled' : 'accepted';
    if (status === order.status) return order;
    return this.ended({ ...order, brokerOrderId: told.brokerOrderId }, status, told.reason, told.at);
  }

  /** Into the books, once under its id; null where it is there already. */
  async executed(execution: Execution): Promise<Booked | null> {
    const { account, store, prices } = this.needs;
    if (await store.hasFill(account.id, execution.executionId)) return null;
    const { symbol, leg } = execution;
    const order = execution.clientOrderId === null ? null : account.orders.get(execution.clientOrderId) ?? await store.order(execution.clientOrderId);
    const key = planKey(symbol, leg);
    const plan = account.plans.get(key) ?? null;
    const held = account.book.held(symbol, leg);
    const { realised, position, trade } = account.book.apply(execution);
    account.book.mark(symbol, prices.of(symbol)?.last ?? execution.price);
    const after = order && withFill(order, execution.quantity, execution.price, execution.fee, execution.at);
    if (after) account.put(after);
    if (after && this.behind.get(after.orderId)?.lte(after.filledQuantity)) this.behind.delete(after.orderId);
    if (!position) account.plans.delete(key);
    else if (after?.role === 'entry' && sign(position.side) === sign(execution.side)) {
      account.plans.set(key, { exits: after.exits ?? plan?.exits ?? null, exitAt: after.exitAt, orderId: after.orderId, decisionId: after.decisionId, openedBy: trade ? after.decisionId : plan?.openedBy ?? after.decisionId });
    }
    account.measure(prices.now());
    this.settledUntil = Math.max(this.settledUntil, execution.at);
    const end: TradeEnd | null = trade && { tradeId: `${account.id}:${execution.executionId}`, accountId: account.id, trade, openedBy: plan?.openedBy ?? null, closedBy: after?.decisionId ?? null };
    const decided = after && await this.decidedBy(after, execution.at);
    await this.say({
      store: async (tx) => {
        await store.insertFill(tx, account.id, execution, order, realised.toString());
        if (after) await store.putOrder(tx, account.id, after);
        await store.putPositions(tx, account, [symbol]);
        await store.putAccount(tx, account, this.needs.broker.kind, this.settledUntil);
        if (end) await store.insertTrade(tx, end);
        if (decided) {
          await store.insertDecision(tx, decided);
          await store.updateDecision(tx, decided.decision_id, { status: decided.status, updated_at: decided.updated_at, order_id: decided.order_id });
        }
      },
      messages: decided && after ? [decisionMessage(decided, { quantity: after.filledQuantity.toNumber(), price: after.averagePrice!.toNumber() })] : [],
    });
    if (decided && after && !isProtective(after)) await this.needs.changed(changeOf(decided, after));
    const reducing = held.times(sign(execution.side)).lt(0);
    return { fill: { accountId: account.id, decisionId: decided?.decision_id ?? null, orderId: order?.orderId ?? null, status: after?.status ?? null, execution, realised, reducing }, end };
  }

  /** Money that came or went without a fill, once under its id; false where it is in already. */
  async entered(entry: AccountEntry): Promise<boolean> {
    const { account, store, broker } = this.needs;
    if (await store.hasEntry(account.id, entry.entryId)) return false;
    account.book.enter(entry);
    await this.say({
      store: async (tx) => {
        await store.insertEntry(tx, account.id, entry);
        await store.putAccount(tx, account, broker.kind, this.settledUntil);
      },
    });
    return true;
  }

  /** An order of this account. */
  async knows(orderId: string): Promise<boolean> {
    return this.needs.account.orders.has(orderId) || (await this.needs.store.order(orderId)) !== null;
  }

  /** The broker's word goes before these books: its positions, and its money by an adjustment. */
  async adopt(positions: readonly BrokerPosition[], { equity }: BrokerAccount): Promise<void> {
    const { account, store, broker, prices } = this.needs;
    const at = prices.now();
    const symbols = [...new Set([...account.book.positions(), ...positions].map(({ symbol }) => symbol))];
    const book = new Book(account.mode, account.book.wallet);
    for (const { symbol, leg, side, quantity, entryPrice } of positions) {
      book.apply({ executionId: '', clientOrderId: null, symbol, leg, side: side === 'long' ? 'buy' : 'sell', quantity, price: entryPrice, fee: ZERO, leverage: 1, at, liquidation: false });
      book.mark(symbol, prices.of(symbol)?.last ?? entryPrice);
    }
    const entry: AccountEntry = { entryId: `adopted:${at}`, kind: 'adjustment', amount: equity.minus(book.totals().equity), symbol: null, at };
    book.enter(entry);
    account.book = book;
    for (const key of account.plans.keys()) if (!positions.some(({ symbol, leg }) => planKey(symbol, leg) === key)) account.plans.delete(key);
    account.measure(at);
    await this.say({
      store: async (tx) => {
        await store.insertEntry(tx, account.id, entry);
        await store.putPositions(tx, account, symbols);
        await store.putAccount(tx, account, broker.kind, this.settledUntil);
      },
    });
  }

  /** What changes with time alone: the day's beginning, the peak. */
  async keep(): Promise<void> {
    const { account, store, broker } = this.needs;
    await this.say({ store: (tx) => store.putAccount(tx, account, broker.kind, this.settledUntil) });
  }

  /** A protective order, stored and sent; gates are not asked: it can only reduce. */
  async protect(order: Order): Promise<Order> {
    return this.stored(order, null, []);
  }

  private size(proposal: Proposal): Intent | Refusal | null {
    const { account, config, broker, market, prices } = this.needs;
    const instrument = market.instrument(proposal.symbol);
    const under = account.openOrders(proposal.symbol, proposal.leg).filter((order) => !isProtective(order));
    return sized(proposal, {
      held: account.book.held(proposal.symbol, proposal.leg),
      ordered: sumOf(under, (order) => sign(order.side)), closing: sumOf(under, ({ role }) => (role === 'exit' ? 1 : 0)),
      equity: account.book.totals().equity, price: prices.of(proposal.symbol), abilities: broker.abilities(instrument), sizing: config.sizing,
      maxLeverage: config.maxLeverage, mode: account.mode, volatility: () => prices.dailyVolatility(proposal.symbol), instrument,
    });
  }

  private worth(intent: Intent): Decimal {
    return intent.quantity.times(intent.limitPrice ?? intent.stopPrice ?? this.needs.prices.of(intent.symbol)?.last ?? ZERO);
  }

  private refuse(proposal: Proposal, intent: Intent, refusal: Refusal, beside?: Beside): Promise<Decision> {
    return this.refuseRow(this.row(proposal, intent, 'refused'), refusal, beside, proposal);
  }

  private refuseRow(row: DecisionsTable, { code, detail, numbers }: Refusal, beside?: Beside, proposal?: Proposal): Promise<Decision> {
    return this.ends({ ...row, status: 'refused', gate: JSON.stringify({ code, detail, numbers }), updated_at: this.needs.prices.now() }, beside, proposal);
  }

  /** Without an order. */
  private async ends(row: DecisionsTable, beside?: Beside, proposal?: Proposal): Promise<Decision> {
    await this.say({ store: (tx) => this.putDecision(tx, row, beside), messages: [decisionMessage(row)] });
    await this.needs.changed(changeOf(row, null));
    return fromRow(row, proposal);
  }

  private async wait(proposal: Proposal, intent: Intent, needed: number, beside?: Beside): Promise<Decision> {
    const { approvals, prices } = this.needs;
    const decisionId = decisionIdOf(proposal.accountId, proposal.key);
    const asked = approvals.ask({ decisionId, accountId: intent.accountId, symbol: intent.symbol, intent, price: prices.of(intent.symbol)!.last, needed, at: prices.now() });
    const row: DecisionsTable = { ...this.row(proposal, intent, 'waiting_approval'), approval_id: asked.approvalId };
    await this.say({
      store: async (tx) => {
        await this.putDecision(tx, row, beside);
        await asked.store(tx);
      },
      messages: [decisionMessage(row), ...asked.messages],
    });
    asked.stored();
    await this.needs.changed(changeOf(row, null));
    return fromRow(row, proposal);
  }

  private place(proposal: Proposal, intent: Intent, beside?: Beside): Promise<Decision> {
    return this.placeRow(this.row(proposal, intent, 'submitted'), intent, proposal, beside);
  }

  private async placeRow(row: DecisionsTable, intent: Intent, proposal: Proposal | null, beside?: Beside): Promise<Decision> {
    const { prices } = this.needs;
    const at = prices.now();
    const role: OrderRole = intent.reduceOnly ? 'exit' : 'entry';
    const order: Order = {
      ...intent, orderId: orderIdOf(row.decision_id, role), decisionId: row.decision_id, role, pair: null, status: 'stored', brokerOrderId: null,
      filledQuantity: ZERO, averagePrice: null, fees: ZERO, reason: null, exitAt: row.exit_at, at, updatedAt: at,
    };
    const submitted: DecisionsTable = { ...row, status: 'submitted', order_id: order.orderId, updated_at: at };
    this.needs.account.ordered(at);
    const sent = await this.stored(order, submitted, [decisionMessage(submitted)], beside);
    return { ...fromRow({ ...submitted, status: decisionStatusOf(sent) ?? 'submitted' }, proposal ?? undefined) };
  }

  /** Stored first, then sent. */
  private async stored(order: Order, decision: DecisionsTable | null, messages: readonly NewMessage[], beside?: Beside): Promise<Order> {
    const { account, store } = this.needs;
    await this.say({
      store: async (tx) => {
        if (decision) await this.putDecision(tx, decision, beside);
        await store.putOrder(tx, account.id, order);
      },
      messages,
    });
    account.put(order);
    if (decision) await this.needs.changed(changeOf(decision, order));
    return this.send(order);
  }

  /** A change of status; its decision follows where the order is what it was about. */
  private ended(order: Order, status: Order['status'], reason: string | null, at?: number): Promise<Order> {
    const done = this.statusChanged(order, status, reason, at);
    if (isOpen(status)) return done;
    const { orderId } = order;
    const ending = done.finally(() => this.ending.delete(orderId));
    this.ending.set(orderId, ending);
    return ending;
  }

  private async statusChanged(order: Order, status: Order['status'], reason: string | null, at = this.needs.prices.now()): Promise<Order> {
    const { account, store } = this.needs;
    const known = account.orders.get(order.orderId) ?? order;
    const changed: Order = { ...known, brokerOrderId: order.brokerOrderId ?? known.brokerOrderId, status, reason: reason ?? known.reason, updatedAt: at };
    account.put(changed);
    const decisionStatus = decisionStatusOf(changed);
    const row = isProtective(changed) ? null : await store.decision(changed.decisionId);
    const decision: DecisionsTable | null = row && decisionStatus && row.status !== decisionStatus
      ? { ...row, status: decisionStatus, updated_at: at, gate: reason === null ? row.gate : JSON.stringify({ code: 'BROKER', detail: reason, numbers: {} }) }
      : null;
    await this.say({
      store: async (tx) => {
        await store.putOrder(tx, account.id, changed);
        if (decision) await store.updateDecision(tx, decision.decision_id, { status: decision.status, updated_at: at, gate: decision.gate });
      },
      messages: decision ? [decisionMessage(decision)] : [],
    });
    if (row && (decision || known.status !== status)) await this.needs.changed(changeOf(decision ?? row, changed));
    return changed;
  }

  /** The row to say of a fill: its own decision's; a protective order's is made with its first fill. */
  private async decidedBy(order: Order, at: number): Promise<DecisionsTable | null> {
    const status = decisionStatusOf(order) ?? 'submitted';
    const row = await this.needs.store.decision(order.decisionId);
    if (row) return { ...row, status, updated_at: at };
    if (!isProtective(order)) return null;
    const intent: Intent = intentOf(this.needs.account.id, order);
    const level = (order.limitPrice ?? order.stopPrice)?.toString() ?? '';
    return {
      decision_id: order.decisionId, decision_key: `order:${order.orderId}`, account_id: this.needs.account.id, symbol: order.symbol, origin: 'person', origin_id: order.role,
      signal_id: null, correlation_id: null, status, as_of: at, updated_at: at, order_id: order.orderId, approval_id: null, confidence: null, price: null,
      intent: intentText(intent), exit_at: null, gate: null, reason: `The ${order.role} at ${level} was reached`,
    };
  }

  private row(proposal: Proposal, intent: Intent, status: DecisionStatus): DecisionsTable {
    return {
      decision_id: decisionIdOf(proposal.accountId, proposal.key), decision_key: proposal.key, account_id: proposal.accountId, symbol: proposal.symbol,
      origin: proposal.origin, origin_id: proposal.originId, signal_id: proposal.signalId, correlation_id: proposal.correlationId, status,
      as_of: proposal.asOf, updated_at: this.needs.prices.now(), order_id: null, approval_id: null, confidence: proposal.confidence,
      price: proposal.price?.toString() ?? null, intent: intentText(intent), exit_at: proposal.exitAt, gate: null, reason: proposal.reason,
    };
  }

  private async putDecision(tx: Transaction<Schema>, row: DecisionsTable, beside?: Beside): Promise<void> {
    await this.needs.store.insertDecision(tx, row);
    await this.needs.store.updateDecision(tx, row.decision_id, { status: row.status, gate: row.gate, order_id: row.order_id, approval_id: row.approval_id, intent: row.intent, updated_at: row.updated_at });
    await beside?.(tx, row);
  }

  /** What happened at the broker has happened: it is tried until it is stored. */
  async say({ store, messages = [] }: Work): Promise<void> {
    await this.needs.writer.sayUntilStored({
      store: async (tx) => {
        await this.needs.check(tx);
        await store?.(tx);
      },
      messages,
    }, this.needs.giveUp);
  }
}
