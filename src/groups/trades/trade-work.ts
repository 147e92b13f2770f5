import { CodedError } from '../../model/codes.js';
import type { Channels } from '../../storage/channels.js';
import type { GroupTradesTable } from '../../storage/groups-schema.js';
import { Deposed } from '../../storage/leases.js';
import { isUnavailable } from '../../storage/unavailable.js';
import type { Trading } from '../../trading/trading.js';
import type { Answers } from './answers.js';
import type { OrderUpdates } from './order-updates.js';
import { isStale, staleOutcome, type TradeOutcomes } from './trade-outcomes.js';
import type { TradeOutcome } from './trade-request.js';
import type { TradeRows } from './trade-rows.js';

export interface TradeWorkNeeds {
  readonly rows: TradeRows;
  readonly outcomes: TradeOutcomes;
  readonly updates: Pick<OrderUpdates, 'ended'>;
  readonly trading: Pick<Trading, 'holds'>;
  readonly answers: Answers;
  /** null: this node is alone. */
  readonly channels: Channels | null;
  readonly onFault: (error: unknown) => void;
}

const CHANNEL = 'group-trades';
const SWEEP_MS = 1000;
const LOOK_MS = 250;

/** Takes up what groups have asked to trade, where their accounts are traded, in the order of an account's rows. */
export class TradeWork {
  private readonly running = new Map<string, { again: boolean; done: Promise<void> }>();
  private readonly waiting = new Map<string, Set<() => void>>();
  /** Reported once. */
  private readonly faulty = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  /** What nobody has executed in time may be ended here. */
  private trades = false;
  private stopped = false;

  constructor(private readonly needs: TradeWorkNeeds) {}

  async start(): Promise<void> {
    await this.needs.channels?.listen(CHANNEL, (text) => this.hear(text));
    this.timer = setInterval(() => void this.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  /** This node trades from now on. */
  async opened(): Promise<void> {
    this.trades = true;
    await this.sweep();
  }

  closed(): void {
    this.trades = false;
  }

  /** Who waits is told that it is pending. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    for (const tradeId of [...this.waiting.keys()]) this.wake(tradeId);
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  /** There is something to be done for an account. */
  take(accountId: string): void {
    if (this.needs.trading.holds(accountId)) void this.work(accountId);
    else this.needs.channels?.publish(CHANNEL, `pending ${accountId}`);
  }

  /** Its row once it is decided, wherever that is; null: not within that time. */
  async decided(tradeId: string, withinMs: number): Promise<GroupTradesTable | null> {
    const end = performance.now() + withinMs;
    for (;;) {
      const told = this.told(tradeId);
      const row = await this.needs.rows.find(tradeId).catch((error: unknown) => {
        if (isUnavailable(error)) return null;
        throw error;
      });
      if (row?.status === 'decided' || performance.now() >= end || this.stopped) {
        told.forget();
        return row?.status === 'decided' ? row : null;
      }
      await told.word;
    }
  }

  /** What is pending: executed where this node trades its account. */
  async sweep(): Promise<void> {
    try {
      const accounts = await this.needs.rows.pendingAccounts();
      await Promise.all(accounts.map((accountId) => this.work(accountId)));
    } catch (error) {
      this.fault(error);
    }
  }

  /** A database that is away is looked at again in a second. */
  private fault(error: unknown): void {
    if (!isUnavailable(error)) this.needs.onFault(error);
  }

  private hear(text: string): void {
    const [what, id = ''] = text.split(' ');
    if (what === 'decided') this.wake(id);
    else if (this.needs.trading.holds(id)) void this.work(id);
  }

  /** One pass after the other for each account. */
  private work(accountId: string): Promise<void> {
    const running = this.running.get(accountId);
    if (running) {
      running.again = true;
      return running.done;
    }
    const mine = { again: false, done: Promise.resolve() };
    this.running.set(accountId, mine);
    mine.done = (async () => {
      try {
        do {
          mine.again = false;
          await this.pass(accountId);
        } while (mine.again && !this.stopped);
      } catch (error) {
        this.fault(error);
      } finally {
        this.running.delete(accountId);
      }
    })();
    return mine.done;
  }

  /** Until nothing is pending, or what is oldest has to wait: what came later must not overtake it. */
  private async pass(accountId: string): Promise<void> {
    const skipped = new Set<string>();
    for (;;) {
      const pending = (await this.needs.rows.pendingOf(accountId)).filter(({ trade_id: id }) => !skipped.has(id));
      if (pending.length === 0) return;
      for (const row of pending) {
        if (this.stopped) return;
        const came = await this.one(row);
        if (came === 'later') return;
        if (came === 'faulty') skipped.add(row.trade_id);
      }
    }
  }

  private async one(row: GroupTradesTable): Promise<'done' | 'later' | 'faulty'> {
    const { rows, outcomes, trading, answers } = this.needs;
    const release = answers.hold(row.trade_id);
    try {
      if (trading.holds(row.account_id)) await this.decide(row, await outcomes.of(row));
      else if (this.trades && isStale(row) && !await outcomes.isProposed(row)) await this.decide(row, [staleOutcome(row)]);
      else return 'later';
      return 'done';
    } catch (error) {
      if (error instanceof Deposed || isUnavailable(error) || (error instanceof CodedError && error.row.retryable)) return 'later';
      if (!this.faulty.has(row.trade_id)) this.needs.onFault(error);
      this.faulty.add(row.trade_id);
      return (await rows.find(row.trade_id))?.status === 'decided' ? 'done' : 'faulty';
    } finally {
      release();
    }
  }

  private async decide(row: GroupTradesTable, outcome: readonly TradeOutcome[]): Promise<void> {
    await this.needs.rows.decide(row.trade_id, outcome);
    this.wake(row.trade_id);
    this.needs.channels?.publish(CHANNEL, `decided ${row.trade_id}`);
    for (const each of outcome) if (each.decision_id === null && each.status !== 'pending') this.needs.updates.ended(row, each);
  }

  private told(tradeId: string): { readonly word: Promise<void>; readonly forget: () => void } {
    let forget = (): void => undefined;
    const word = new Promise<void>((resolve) => {
      const those = this.waiting.get(tradeId) ?? new Set<() => void>();
      this.waiting.set(tradeId, those);
      const timer = setTimeout(() => forget(), LOOK_MS);
      forget = () => {
        clearTimeout(timer);
        those.delete(forget);
        if (those.size === 0 && this.waiting.get(tradeId) === those) this.waiting.delete(tradeId);
        resolve();
      };
      those.add(forget);
    });
    return { word, forget };
  }

  private wake(tradeId: string): void {
    for (const tell of [...this.waiting.get(tradeId) ?? []]) tell();
  }
}
