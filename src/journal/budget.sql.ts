import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import type { ModelsConfig } from '../config/config.js';
import { CodedError } from '../model/codes.js';
import { Budget, NANO, type OverBudget, type Reservation } from './budget.js';
import type { Booking, BudgetBook } from './budget-book.js';

const LARGEST_BATCH = 256;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

interface Waiting {
  readonly booking: Booking;
  resolve(refused: OverBudget | null): void;
  reject(error: Error): void;
}

export interface SqlBudgetNeeds {
  readonly book: BudgetBook;
  readonly limits: ModelsConfig['budgets'];
  /** Wall time, epoch milliseconds. */
  readonly clock: () => number;
  readonly isUnavailable: (error: unknown) => boolean;
  /** What could not be given back stays booked. */
  readonly onFault: (error: Error) => void;
}

/**
 * Reservations and settlements of a turn of the event loop are booked in one short transaction, in their order: on SQLite
 * a commit is a sync of the disk in the loop's thread, and 250 calls that begin together would be 250 of them.
 */
export class SqlBudget extends Budget {
  private waiting: Waiting[] = [];
  private booking = false;

  constructor(private readonly needs: SqlBudgetNeeds) {
    super();
  }

  async reserve(symbol: string, requester: string, nanoUsd: number): Promise<Reservation | OverBudget> {
    if (!(nanoUsd >= 0 && nanoUsd <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`${nanoUsd} nano-dollars cannot be reserved: give 0 or more`);
    const { limits, clock } = this.needs;
    const day = utcDay(clock());
    const nano = Math.ceil(nanoUsd);
    const scopes = [
      { scope: 'day', kind: 'day', limitUsd: limits.day },
      { scope: `requester:${requester}`, kind: 'requester', limitUsd: limits.requester },
      { scope: `symbol:${symbol}`, kind: 'symbol', limitUsd: limits.symbol },
    ] as const;
    return await this.book({ day, scopes, nano }) ?? this.reservation({ day, scopes, nano });
  }

  private reservation(booked: Booking): Reservation {
    let settled: Promise<void> | null = null;
    return { settle: (nanoUsd) => (settled ??= this.giveBack(booked, nanoUsd)) };
  }

  /** Tries again while the database is away, but never once a COMMIT may have come through: twice given back would be overspent. */
  private async giveBack({ day, scopes, nano }: Booking, actual: number | null): Promise<void> {
    const spent = actual === null || Number.isNaN(actual) ? nano : Math.min(nano, Math.max(0, Math.ceil(actual)));
    if (spent === nano) return;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await this.book({ day, scopes, nano: spent - nano });
        return;
      } catch (error) {
        if (!(error instanceof CodedError && error.code === 'STORE_UNAVAILABLE' && error.extra['nothing_stored'] === true)) {
          this.needs.onFault(new Error(`${(nano - spent) / NANO} USD that a call did not cost stay booked for ${day}`, { cause: error }));
          return;
        }
        await setTimeout(wait, undefined, { ref: false });
      }
    }
  }

  /** null: it is booked. */
  private book(booking: Booking): Promise<OverBudget | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ booking, resolve, reject });
      if (!this.booking) void this.bookWaiting();
    });
  }

  private async bookWaiting(): Promise<void> {
    this.booking = true;
    await nextTurn();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, LARGEST_BATCH);
      const progress = { decided: false };
      try {
        const answers = await this.needs.book.book(batch.map(({ booking }) => booking), () => { progress.decided = true; });
        batch.forEach(({ resolve }, at) => resolve(answers[at]!));
      } catch (error) {
        for (const { reject } of batch) reject(this.refusal(error, !progress.decided));
      }
      await nextTurn();
    }
    this.booking = false;
  }

  private refusal(error: unknown, nothingStored: boolean): Error {
    if (!this.needs.isUnavailable(error)) return error instanceof Error ? error : new Error(String(error));
    return new CodedError('STORE_UNAVAILABLE', 'The database does not answer, so no money can be reserved for a call. Try again', [], { nothing_stored: nothingStored });
  }
}

/** `2026-01-31` */
export const utcDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
