import { randomUUID } from 'node:crypto';
import { timerWait, type Wait } from '../market/feeds/wait.js';
import type { SystemAlert } from '../rooms/system-alert.js';
import { STALE_AFTER_MS, type FeedReport } from './feed-state.js';

export interface FeedStalenessNeeds {
  readonly report: () => FeedReport;
  /** Market time, epoch milliseconds. */
  readonly now: () => number;
  /** Only one node of several says it. */
  readonly leads: () => boolean;
  /** `messageId`: unique for ever. */
  readonly say: (alert: SystemAlert, messageId: string) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  readonly wait?: Wait;
}

const LOOK_EVERY_MS = 1000;

/** Says once that prices have stopped (FEED_STALE), and once that they are back (FEED_BACK). */
export class FeedStaleness {
  #stale = false;
  #since: number | null = null;
  #cancel: () => void = () => undefined;

  constructor(private readonly needs: FeedStalenessNeeds) {}

  /** Nest calls it when the server begins. */
  onApplicationBootstrap(): void {
    this.#cancel = (this.needs.wait ?? timerWait)(LOOK_EVERY_MS, () => {
      this.look();
      this.onApplicationBootstrap();
    });
  }

  /** Nest calls it when the server ends. */
  onModuleDestroy(): void {
    this.#cancel();
  }

  look(): void {
    const { report, now, leads, say, onError } = this.needs;
    const { stale, last_tick_age_ms: age, name, connected } = report();
    this.#since ??= now();
    // a stream that has just been asked for the first time has a moment to answer
    if (stale === this.#stale || (age === null && now() - this.#since <= STALE_AFTER_MS)) return;
    this.#stale = stale;
    if (!leads()) return;
    const line = connected === undefined ? '' : connected ? ', which is connected' : ', which is not connected';
    const heard = age === null ? 'No price yet' : `No price for ${Math.round(age / 1000)} s`;
    const alert: SystemAlert = stale
      ? { level: 'warning', code: 'FEED_STALE', message: `${heard} from ${name}${line}: what is shown is old, and nothing new is traded on it`, timestamp: iso(now()) }
      : { level: 'info', code: 'FEED_BACK', message: `Prices come again from ${name}`, timestamp: iso(now()) };
    say(alert, `feed:${randomUUID()}:${stale ? 'stale' : 'back'}`).catch(onError);
  }
}

const iso = (time: number): string => new Date(time).toISOString();
