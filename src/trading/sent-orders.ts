import { isOpen, type Intent } from '../model/trading.js';
import type { NewMessage } from '../rooms/message.js';
import type { Decimal } from '../model/decimal.js';
import type { DecisionsTable } from '../storage/trading-schema.js';
import { isProtective, type Order } from './account.js';
import { BrokerRefused, BrokerSilent, type BrokerOrder } from './brokers/broker.js';
import { decisionMessage } from './decision-message.js';
import { untilStored, type Beside, type FlowNeeds } from './flow-needs.js';
import { changeOf, decisionStatusOf, intentOf, ticketOf } from './order-words.js';
import type { GateResult } from './risk/gate.js';
import type { Circumstances } from './risk-input.js';

/** Orders of one account on their way to the broker and back: stored before they are sent, and asked for where no answer came. */
export class SentOrders {
  /** Of which the broker says more is filled than is in the books, by id. */
  readonly behind = new Map<string, Decimal>();
  /** Whose end is on its way to the database, by id: the same end may be told and asked for at once. */
  private readonly ending = new Map<string, Promise<Order>>();

  constructor(private readonly needs: FlowNeeds, private readonly gates: (intent: Intent, circumstances: Circumstances, own: string) => Promise<GateResult>) {}

  /** Stored first, then sent. */
  async stored(order: Order, decision: DecisionsTable | null, messages: readonly NewMessage[], beside?: Beside): Promise<Order> {
    const { account, store } = this.needs;
    await untilStored(this.needs, {
      store: async (tx) => {
        if (decision) await store.putDecision(tx, decision);
        if (decision) await beside?.(tx, decision);
        await store.putOrder(tx, account.id, order);
      },
      messages,
    });
    account.put(order);
    if (decision) await this.needs.changed(changeOf(decision, order));
    return this.send(order);
  }

  /** A protective order, stored and sent; gates are not asked: it can only reduce. */
  async protect(order: Order): Promise<Order> {
    return this.stored(order, null, []);
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
      const checked = await this.gates(intentOf(this.needs.account.id, order), { confidence: 1, origin: 'person', price: null }, order.orderId);
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
    const row = isProtective(changed) && changed.filledQuantity.isZero() ? null : await store.decision(changed.decisionId);
    // what is left of a target or stop is placed anew: its decision stands for what was filled
    const decision: DecisionsTable | null = row && !isProtective(changed) && decisionStatus && row.status !== decisionStatus
      ? { ...row, status: decisionStatus, updated_at: at, gate: reason === null ? row.gate : JSON.stringify({ code: 'BROKER', detail: reason, numbers: {} }) }
      : null;
    await untilStored(this.needs, {
      store: async (tx) => {
        await store.putOrder(tx, account.id, changed);
        if (decision) await store.updateDecision(tx, decision.decision_id, { status: decision.status, updated_at: at, gate: decision.gate });
      },
      messages: decision ? [decisionMessage(decision)] : [],
    });
    if (row && (!isProtective(changed) || row.origin === 'group') && (decision || known.status !== status)) await this.needs.changed(changeOf(decision ?? row, changed));
    return changed;
  }

  /** An order of this account. */
  async knows(orderId: string): Promise<boolean> {
    return this.needs.account.orders.has(orderId) || (await this.needs.store.order(orderId)) !== null;
  }
}
