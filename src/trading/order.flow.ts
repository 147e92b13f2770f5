import { decimal, ZERO, type Decimal } from '../model/decimal.js';
import { sign, type Intent } from '../model/trading.js';
import type { DecisionsTable, DecisionStatus } from '../storage/trading-schema.js';
import { isProtective, type Order, type OrderRole } from './account.js';
import { decisionMessage } from './decision-message.js';
import { Executions } from './executions.js';
import { untilStored, type Beside, type FlowNeeds } from './flow-needs.js';
import { decisionIdOf, intentText, orderIdOf } from './intent-text.js';
import { asBefore, changeOf, decisionStatusOf, fromRow, nothing, sumOf, unsized, without } from './order-words.js';
import type { Proposal } from './proposal.js';
import { riskInput, type Circumstances } from './risk-input.js';
import type { GateResult, Refusal } from './risk/gate.js';
import { checkIntent } from './risk/gates.js';
import { SentOrders } from './sent-orders.js';
import { sized } from './sized.js';
import type { Decision } from './trading.js';

/**
 * THE LIFE OF AN ORDER, of one account and one step after the other:
 * proposal → intent → sizing → gates → approval where one is needed → order, stored before it is sent → broker →
 * executions, each once → books → rooms.
 */
export class OrderFlow {
  readonly orders: SentOrders;
  readonly executions: Executions;

  constructor(private readonly needs: FlowNeeds) {
    this.orders = new SentOrders(needs, (intent, circumstances, own) => this.gates(intent, circumstances, null, own));
    this.executions = new Executions(needs, this.orders.behind);
  }

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

  /** Every gate, against the account and the market as they are now. `except`: a waiting intent that is this one; `own`: an order. */
  async gates(intent: Intent, circumstances: Circumstances, except: Intent | null = null, own: string | null = null): Promise<GateResult> {
    const { account, config, broker, market, prices, store, state } = this.needs;
    const instrument = market.instrument(intent.symbol);
    const input = await riskInput(intent, circumstances, {
      account, limits: config.limits, instrument, abilities: broker.abilities(instrument), state: state(), now: prices.now(),
      priceOf: (symbol) => prices.of(symbol), instrumentOf: (symbol) => (prices.knows(symbol) ? market.instrument(symbol) : null), store,
      waiting: without(this.needs.approvals.waiting(account.id), except), own,
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
    const { store } = this.needs;
    await untilStored(this.needs, {
      store: async (tx) => {
        await store.putDecision(tx, row);
        await beside?.(tx, row);
      },
      messages: [decisionMessage(row)],
    });
    await this.needs.changed(changeOf(row, null));
    return fromRow(row, proposal);
  }

  private async wait(proposal: Proposal, intent: Intent, needed: number, beside?: Beside): Promise<Decision> {
    const { approvals, prices, store } = this.needs;
    const decisionId = decisionIdOf(proposal.accountId, proposal.key);
    const asked = approvals.ask({ decisionId, accountId: intent.accountId, symbol: intent.symbol, intent, price: prices.of(intent.symbol)!.last, needed, at: prices.now() });
    const row: DecisionsTable = { ...this.row(proposal, intent, 'waiting_approval'), approval_id: asked.approvalId };
    await untilStored(this.needs, {
      store: async (tx) => {
        await store.putDecision(tx, row);
        await beside?.(tx, row);
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
    const sent = await this.orders.stored(order, submitted, [decisionMessage(submitted)], beside);
    return { ...fromRow({ ...submitted, status: decisionStatusOf(sent) ?? 'submitted' }, proposal ?? undefined) };
  }

  private row(proposal: Proposal, intent: Intent, status: DecisionStatus): DecisionsTable {
    return {
      decision_id: decisionIdOf(proposal.accountId, proposal.key), decision_key: proposal.key, account_id: proposal.accountId, symbol: proposal.symbol,
      ...(proposal.onBehalf ?? { origin: proposal.origin, origin_id: proposal.originId, correlation_id: proposal.correlationId }), signal_id: proposal.signalId, status,
      as_of: proposal.asOf, updated_at: this.needs.prices.now(), order_id: null, approval_id: null, confidence: proposal.confidence,
      price: proposal.price?.toString() ?? null, intent: intentText(intent), exit_at: proposal.exitAt, gate: null, reason: proposal.reason,
    };
  }
}
