import { ZERO, type Decimal } from '../model/decimal.js';
import { sign, type AccountEntry, type Execution } from '../model/trading.js';
import type { DecisionsTable } from '../storage/trading-schema.js';
import { isProtective, planKey, withFill, type Order, type Plan } from './account.js';
import type { BrokerAccount, BrokerPosition } from './brokers/broker.js';
import { decisionMessage } from './decision-message.js';
import { untilStored, type FlowNeeds } from './flow-needs.js';
import { decisionIdOf, intentText } from './intent-text.js';
import { changeOf, decisionStatusOf, intentOf } from './order-words.js';
import { ownerOf } from './owner.js';
import { Book } from './portfolio/book.js';
import type { FilledOrder, TradeEnd } from './trading.js';

/** What an execution did, for those who listen. */
export interface Booked {
  readonly fill: FilledOrder;
  readonly end: TradeEnd | null;
}

/** What the broker did, into the books of one account: each execution and each entry once, in one transaction with what is said of it. */
export class Executions {
  /** Up to when the broker's executions are in. */
  settledUntil = 0;

  /** `behind`: orders of which the broker says more is filled than is in the books. */
  constructor(private readonly needs: FlowNeeds, private readonly behind: Map<string, Decimal>) {}

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
    const decided = after ? await this.decidedBy(after, plan, execution.at) : execution.liquidation ? await this.liquidated(execution, plan) : null;
    const decisionId = after?.decisionId ?? decided?.decision_id ?? null;
    const end: TradeEnd | null = trade && { tradeId: `${account.id}:${execution.executionId}`, accountId: account.id, trade, openedBy: plan?.openedBy ?? null, closedBy: decisionId };
    await untilStored(this.needs, {
      store: async (tx) => {
        await store.insertFill(tx, account.id, execution, { orderId: order?.orderId ?? null, decisionId }, realised.toString());
        if (after) await store.putOrder(tx, account.id, after);
        await store.putPositions(tx, account, [symbol]);
        await store.putAccount(tx, account, this.needs.broker.kind, this.settledUntil);
        if (end) await store.insertTrade(tx, end);
        if (decided) {
          await store.insertDecision(tx, decided);
          await store.updateDecision(tx, decided.decision_id, { status: decided.status, updated_at: decided.updated_at, order_id: decided.order_id });
        }
      },
      messages: decided ? [decisionMessage(decided, { quantity: (after?.filledQuantity ?? execution.quantity).toNumber(), price: (after?.averagePrice ?? execution.price).toNumber() })] : [],
    });
    if (decided && (!after || !isProtective(after) || decided.origin === 'group')) await this.needs.changed(changeOf(decided, after));
    const reducing = held.times(sign(execution.side)).lt(0);
    return { fill: { accountId: account.id, decisionId: decided?.decision_id ?? null, orderId: order?.orderId ?? null, status: after?.status ?? null, execution, realised, reducing }, end };
  }

  /** Money that came or went without a fill, once under its id; false where it is in already. */
  async entered(entry: AccountEntry): Promise<boolean> {
    const { account, store, broker } = this.needs;
    if (await store.hasEntry(account.id, entry.entryId)) return false;
    account.book.enter(entry);
    await untilStored(this.needs, {
      store: async (tx) => {
        await store.insertEntry(tx, account.id, entry);
        await store.putAccount(tx, account, broker.kind, this.settledUntil);
      },
    });
    return true;
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
    await untilStored(this.needs, {
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
    await untilStored(this.needs, { store: (tx) => store.putAccount(tx, account, broker.kind, this.settledUntil) });
  }

  /** The row to say of a fill: its own decision's; a protective order's is made with its first fill, in the name of the group whose entry it protects. */
  private async decidedBy(order: Order, plan: Plan | null, at: number): Promise<DecisionsTable | null> {
    const status = decisionStatusOf(order) ?? 'submitted';
    const row = await this.needs.store.decision(order.decisionId);
    if (row) return { ...row, status, updated_at: at };
    if (!isProtective(order)) return null;
    const owner = await ownerOf(plan, this.needs.store) ?? { origin: 'person', origin_id: order.role, correlation_id: null };
    const intent = intentOf(this.needs.account.id, order);
    const level = (order.limitPrice ?? order.stopPrice)?.toString() ?? '';
    return {
      decision_id: order.decisionId, decision_key: `order:${order.orderId}`, account_id: this.needs.account.id, symbol: order.symbol, ...owner,
      signal_id: null, status, as_of: at, updated_at: at, order_id: order.orderId, approval_id: null, confidence: null, price: null,
      intent: intentText(intent), exit_at: null, gate: null, reason: `The ${order.role} at ${level} was reached`,
    };
  }

  /** Nobody's order: what took a group's position is kept in its name, so that it is told. */
  private async liquidated({ executionId, symbol, leg, side, quantity, price, leverage, at }: Execution, plan: Plan | null): Promise<DecisionsTable | null> {
    const owner = await ownerOf(plan, this.needs.store);
    if (!owner) return null;
    const { id } = this.needs.account;
    const key = `liquidation:${executionId}`;
    return {
      decision_id: decisionIdOf(id, key), decision_key: key, account_id: id, symbol, ...owner, signal_id: null, status: 'filled', as_of: at, updated_at: at, order_id: null,
      approval_id: null, confidence: null, price: price.toString(), exit_at: null, gate: null, reason: `It was liquidated at ${price.toString()}: the account's equity no longer covered its maintenance margin`,
      intent: intentText({
        accountId: id, symbol, leg, side, quantity, orderType: 'market', limitPrice: null, stopPrice: null, trail: null, timeInForce: 'gtc', reduceOnly: true, leverage, exits: null,
      }),
    };
  }
}
