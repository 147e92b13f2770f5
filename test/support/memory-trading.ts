import { CodedError } from '../../src/model/codes.js';
import { decimal, ZERO, type Decimal } from '../../src/model/decimal.js';
import type { AccountMode, Intent } from '../../src/model/trading.js';
import { Book, type BookPosition } from '../../src/trading/portfolio/book.js';
import type { Proposal } from '../../src/trading/proposal.js';
import { Trading, type AccountView, type Decision, type TradingEvents } from '../../src/trading/trading.js';

interface Account {
  readonly book: Book;
  readonly initial: Decimal;
  state: AccountView['state'];
}

/** What specs of those who propose trade with: fills at once at the proposal's price, without fees, gates or rows. */
export class MemoryTrading extends Trading {
  readonly proposals: Proposal[] = [];
  readonly accountsById = new Map<string, Account>();
  readonly listeners: Partial<TradingEvents>[] = [];
  /** Accounts that another node trades. */
  readonly elsewhere = new Set<string>();
  time = 0;
  /** Stands before each proposal. */
  before: (proposal: Proposal) => void | Promise<void> = () => undefined;
  private readonly decided = new Map<string, Decision>();

  open(accountId: string, balance = 10_000, mode: AccountMode = 'perpetual'): Account {
    const account: Account = { book: new Book(mode, decimal(balance)), initial: decimal(balance), state: { state: 'ACTIVE', code: null, reason: null } };
    this.accountsById.set(accountId, account);
    return account;
  }

  async propose(proposal: Proposal): Promise<Decision> {
    const key = `${proposal.accountId} ${proposal.key}`;
    const known = this.decided.get(key);
    if (known) return { ...known, duplicate: true };
    await this.before(proposal);
    this.proposals.push(proposal);
    const intent = this.intentOf(proposal);
    const decisionId = `decision-${this.proposals.length}`;
    const decision: Decision = { decisionId, proposal, intent, status: intent && 'filled', gate: null, orderId: intent && `order-${this.proposals.length}`, approvalId: null, duplicate: false };
    this.decided.set(key, decision);
    if (intent) await this.fill(intent, decision);
    return decision;
  }

  account(accountId: string): AccountView {
    const account = this.accountsById.get(accountId);
    if (!account) throw new CodedError('NOT_FOUND', `There is no account ${accountId}`);
    const { book, initial, state } = account;
    const totals = book.totals();
    const positions = book.positions().map((position) => ({ ...position, mark: book.markOf(position.symbol)!, unrealised: book.unrealised(position) }));
    return { accountId, broker: 'paper', mode: book.mode, currency: 'USDT', initial, totals, peakEquity: totals.equity, dayStartEquity: initial, limits: { maxDailyLoss: 0.05, maxDrawdown: 0.3 }, positions, state };
  }

  accounts(): readonly AccountView[] {
    return [...this.accountsById.keys()].map((id) => this.account(id));
  }

  holds(accountId: string): boolean {
    return this.accountsById.has(accountId) && !this.elsewhere.has(accountId);
  }

  listen(events: Partial<TradingEvents>): void {
    this.listeners.push(events);
  }

  now(): number {
    return this.time;
  }

  async mark(symbol: string, price: number): Promise<void> {
    for (const [accountId, { book }] of this.accountsById) {
      book.mark(symbol, decimal(price));
      for (const { account } of this.listeners) await account?.(accountId);
    }
  }

  async restrict(accountId: string, state: AccountView['state']): Promise<void> {
    this.accountsById.get(accountId)!.state = state;
    for (const each of this.listeners) await each.state?.(accountId);
  }

  private async fill(intent: Intent, { decisionId, orderId, proposal }: Decision): Promise<void> {
    const { book } = this.accountsById.get(intent.accountId)!;
    const reducing = book.position(intent.symbol) !== null && proposal!.want.kind === 'close';
    const execution = {
      executionId: `execution-${orderId}`, clientOrderId: orderId, symbol: intent.symbol, leg: 'net', side: intent.side, quantity: intent.quantity, price: proposal!.price!,
      fee: ZERO, leverage: intent.leverage, at: this.time, liquidation: false,
    } as const;
    const { realised } = book.apply(execution);
    for (const each of this.listeners) await each.filled?.({ accountId: intent.accountId, decisionId, orderId, status: 'filled', execution, realised, reducing });
    for (const each of this.listeners) await each.account?.(intent.accountId);
  }

  /** A tenth of the equity, or all of the position. */
  private intentOf(proposal: Proposal): Intent | null {
    const { accountId, symbol, want, price, leverage, exits } = proposal;
    const { book } = this.accountsById.get(accountId)!;
    const held: BookPosition | null = book.position(symbol);
    const made = { accountId, symbol, leg: 'net', orderType: 'market', limitPrice: null, stopPrice: null, trail: null, timeInForce: 'gtc', leverage, exits } as const;
    if (want.kind === 'close') return held && { ...made, side: held.side === 'long' ? 'sell' : 'buy', quantity: held.quantity, reduceOnly: true };
    if (want.kind !== 'open') return null;
    return { ...made, side: want.side === 'long' ? 'buy' : 'sell', quantity: book.totals().equity.div(10).div(price!).toDecimalPlaces(3), reduceOnly: false };
  }
}
