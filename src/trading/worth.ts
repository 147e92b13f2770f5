import type { Account } from './account.js';

interface WorthNeeds {
  readonly account: Account;
  /** Market time, epoch milliseconds. */
  readonly now: () => number;
  /** Stores the day's beginning and the highest equity. */
  readonly keep: () => Promise<void>;
  /** After marks or money have changed: the breaker looks. */
  readonly onWorth: () => void;
  readonly notice: () => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** Market milliseconds between two notices that an account's worth has changed. */
const NOTICE_MS = 1000;
/** And between two rows of its highest equity; a new day is stored at once. */
const KEEP_MS = 60_000;

/** What an account is worth as the market moves: measured at each price, stored and told less often. */
export class Worth {
  private noticedAt = Number.NEGATIVE_INFINITY;
  private keptAt = Number.NEGATIVE_INFINITY;
  private unkept = false;

  constructor(private readonly needs: WorthNeeds) {}

  changed(now: number): void {
    const { account, keep, onWorth, onFault } = this.needs;
    const { day } = account;
    this.unkept = account.measure(now) || this.unkept;
    if (this.unkept && (account.day !== day || Math.abs(now - this.keptAt) >= KEEP_MS)) {
      [this.unkept, this.keptAt] = [false, now];
      keep().catch(onFault);
    }
    onWorth();
    if (Math.abs(now - this.noticedAt) >= NOTICE_MS) this.notice().catch(onFault);
  }

  async notice(): Promise<void> {
    this.noticedAt = this.needs.now();
    await this.needs.notice();
  }
}
