import { decimal } from '../model/decimal.js';
import type { ClosedTradesTable } from '../storage/trading-schema.js';
import type { TradeEnd } from './trading.js';

/** Where a look at closed trades has got to. */
export type TradePlace = Pick<ClosedTradesTable, 'closed_at' | 'trade_id'>;

export interface ClosedTradeQueueNeeds {
  /** Trades that the work is not done for, oldest first, those behind the place. */
  readonly pending: (after: TradePlace | null, limit: number) => Promise<readonly ClosedTradesTable[]>;
  /** As when it closed: does the work at once, or adds it to the queue. */
  readonly meet: (end: TradeEnd) => Promise<void>;
  /** The work of one that has waited. */
  readonly take: (end: TradeEnd) => Promise<void>;
  readonly onFault: (error: unknown) => void;
  /** Aborted: nothing more is begun, what is left is pending at the next start. */
  readonly signal: AbortSignal;
}

/** Trades that wait; those beyond it are taken up when there is room again. */
const MOST_WAITING = 100;
const PAGE = 50;

/** Work on closed trades that their event does not wait for, one trade after the other; what it has no room for the database knows. */
export class ClosedTradeQueue {
  private readonly waiting: TradeEnd[] = [];
  /** Trades may be pending that do not wait here. */
  private behind = false;
  /** Up to where they were taken up. */
  private after: TradePlace | null = null;
  private working: Promise<void> | null = null;

  constructor(private readonly needs: ClosedTradeQueueNeeds) {}

  add(end: TradeEnd): void {
    if (this.waiting.length >= MOST_WAITING) return this.catchUp();
    this.waiting.push(end);
    this.working ??= this.work();
  }

  /** What is pending is taken up from its beginning, behind what waits. */
  catchUp(): void {
    [this.behind, this.after] = [true, null];
    this.working ??= this.work();
  }

  /** At the start: resolves when a page of what is pending was met. The rest is taken up behind. */
  async begin(): Promise<void> {
    await this.takeUp();
    if (this.behind) this.working ??= this.work();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private async work(): Promise<void> {
    const { take, onFault, signal } = this.needs;
    await Promise.resolve(); // so that `working` is set before it can be done
    try {
      while (!signal.aborted) {
        const next = this.waiting.shift();
        if (next) await take(next).catch(onFault);
        else if (this.behind) await this.takeUp();
        else return;
      }
    } catch (error) {
      onFault(error);
    } finally {
      this.working = null;
    }
  }

  private async takeUp(): Promise<void> {
    const { pending, meet, onFault, signal } = this.needs;
    this.behind = false;
    const rows = await pending(this.after, PAGE);
    if (rows.length === PAGE && !this.behind) [this.behind, this.after] = [true, rows.at(-1)!]; // behind by now: from the beginning
    for (const row of rows) {
      if (signal.aborted) return;
      await meet(endOf(row)).catch(onFault);
    }
  }
}

/** As it was told when it closed. */
const endOf = (row: ClosedTradesTable): TradeEnd => ({
  tradeId: row.trade_id, accountId: row.account_id, openedBy: row.opened_by, closedBy: row.closed_by,
  trade: {
    symbol: row.symbol, leg: row.leg, side: row.side, quantity: decimal(row.quantity), entryPrice: decimal(row.entry_price), exitPrice: decimal(row.exit_price),
    pnl: decimal(row.pnl), fees: decimal(row.fees), leverage: row.leverage, openedAt: row.opened_at, closedAt: row.closed_at, liquidated: row.liquidated === 1,
  },
});
