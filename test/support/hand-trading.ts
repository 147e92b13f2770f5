import type { AgentConfig } from '../../src/config/config.js';
import { CodedError } from '../../src/model/codes.js';
import { decimal } from '../../src/model/decimal.js';
import type { Execution, Side } from '../../src/model/trading.js';
import { AgentControl, type AgentStatus } from '../../src/trading/agents/agent-control.js';
import { Book } from '../../src/trading/portfolio/book.js';
import { Trading, type AccountView, type Decision, type TradeEnd, type TradingEvents } from '../../src/trading/trading.js';

/** Accounts over real books, traded by hand. */
export class HandTrading extends Trading {
  readonly books = new Map<string, Book>();
  readonly held: Set<string>;
  at = Date.parse('2026-01-05T12:00:00Z');
  private readonly listeners: Partial<TradingEvents>[] = [];
  private count = 0;

  constructor(accountIds: readonly string[], held: readonly string[] = accountIds) {
    super();
    this.held = new Set(held);
    for (const id of accountIds) this.books.set(id, new Book('perpetual', decimal(10_000)));
  }

  propose(): Promise<Decision> {
    throw new Error('nobody proposes here');
  }

  account(accountId: string): AccountView {
    const book = this.books.get(accountId);
    if (!book) throw new CodedError('NOT_FOUND', `There is no account ${accountId}`);
    const positions = book.positions().map((position) => ({ ...position, mark: book.markOf(position.symbol)!, unrealised: book.unrealised(position) }));
    const totals = book.totals();
    return {
      accountId, broker: 'paper', mode: 'perpetual', currency: 'USDT', initial: decimal(10_000), totals, peakEquity: totals.equity, dayStartEquity: totals.equity, limits: { maxDailyLoss: 0.05, maxDrawdown: 0.3 },
      positions, state: { state: 'ACTIVE', code: null, reason: null },
    };
  }

  accounts(): readonly AccountView[] {
    return [...this.books.keys()].map((id) => this.account(id));
  }

  holds(accountId: string): boolean {
    return this.held.has(accountId);
  }

  listen(events: Partial<TradingEvents>): void {
    this.listeners.push(events);
  }

  now(): number {
    return this.at;
  }

  /** The trade that it ended, where it did; `ids` are those of its decisions. */
  async fill(accountId: string, symbol: string, side: Side, quantity: number, price: number, more: { fee?: number; leverage?: number; openedBy?: string; closedBy?: string } = {}): Promise<TradeEnd | null> {
    const execution: Execution = {
      executionId: `e${this.count += 1}`, clientOrderId: null, symbol, leg: 'net', side, quantity: decimal(quantity), price: decimal(price), fee: decimal(more.fee ?? 0),
      leverage: more.leverage ?? 10, at: this.at, liquidation: false,
    };
    const { trade } = this.books.get(accountId)!.apply(execution);
    const end = trade && { tradeId: `${accountId}:${execution.executionId}`, accountId, trade, openedBy: more.openedBy ?? null, closedBy: more.closedBy ?? null };
    if (end) for (const { closed } of this.listeners) await closed?.(end);
    await this.changed(accountId);
    return end;
  }

  async mark(accountId: string, symbol: string, price: number): Promise<void> {
    this.books.get(accountId)!.mark(symbol, decimal(price));
    await this.changed(accountId);
  }

  private async changed(accountId: string): Promise<void> {
    for (const { account } of this.listeners) await account?.(accountId);
  }
}

/** Agents that are paused and resumed, and never decide. */
export class HandControl extends AgentControl {
  private readonly statuses: Map<string, AgentStatus>;
  private readonly listeners: ((agentId: string) => void)[] = [];
  readonly by: string[] = [];

  constructor(agents: readonly AgentConfig[]) {
    super();
    this.statuses = new Map(agents.map(({ id, intervalS }) => [id, { agentId: id, running: true, paused: false, pauseReason: null, decidedBy: 'rules', intervalS, cycleCount: 0, lastDecisionAt: null, lastError: null }]));
  }

  status(agentId: string): AgentStatus {
    return this.statuses.get(agentId)!;
  }

  async pause(agentId: string, by: string): Promise<void> {
    this.change(agentId, by, { paused: true, running: false, pauseReason: `by ${by}` });
  }

  async resume(agentId: string, by: string): Promise<void> {
    this.change(agentId, by, { paused: false, running: true, pauseReason: null });
  }

  async setInterval(agentId: string, seconds: number, by: string): Promise<void> {
    this.change(agentId, by, { intervalS: seconds });
  }

  onChange(changed: (agentId: string) => void): void {
    this.listeners.push(changed);
  }

  private change(agentId: string, by: string, change: Partial<AgentStatus>): void {
    this.by.push(by);
    this.statuses.set(agentId, { ...this.status(agentId), ...change });
    for (const changed of this.listeners) changed(agentId);
  }
}

export const agentConfig = (id: string, symbols: readonly string[], more: Partial<AgentConfig> = {}): AgentConfig =>
  ({ id, name: id, accountId: id, symbols, kind: 'agent', model: null, why: null, intervalS: 180, leverage: 10, ...more });

