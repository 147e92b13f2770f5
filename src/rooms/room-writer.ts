import { setTimeout } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { CodedError } from '../model/codes.js';
import type { Schema } from '../storage/schema.js';
import type { Hub } from './hub.js';
import type { NewMessage, RoomMessage } from './message.js';
import type { RoomBus } from './room-bus.js';
import type { RoomLog } from './room-log.js';

/** What is stored together: rows, and the messages that announce them. `store` must bear being run again. */
export interface Work {
  readonly store?: (tx: Transaction<Schema>) => Promise<void>;
  readonly messages?: readonly NewMessage[];
}

interface Waiting extends Work {
  resolve(messages: readonly RoomMessage[]): void;
  reject(error: Error): void;
}

/** How long work gathers for one commit while there is more of it than commits, in milliseconds. */
const WINDOW = 2;
/** Works in the last commit from which on waiting for more is worth its while. */
const BUSY = 8;
const LARGEST_BATCH = 256;
/** How long what is not urgent waits for a commit that is. */
const LAZY_MS = 200;
const LONGEST_WAIT = 2000;
const MOST_TRIES = 4;

/**
 * Stores first, then says. Work that arrives together commits together: at the end of the event loop's turn while
 * commits carry little, within two milliseconds when they carry more.
 */
export class RoomWriter {
  private waiting: Waiting[] = [];
  /** Goes with the next commit, whoever needs that. */
  private lazy: Waiting[] = [];
  private lazyTimer: NodeJS.Timeout | undefined;
  private scheduled = false;
  private committing = false;
  private lastCommit = 0;
  private lastBatch = 0;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly log: RoomLog,
    private readonly hub: Hub,
    private readonly bus: RoomBus,
    private readonly isUnavailable: (error: unknown) => boolean,
  ) {}

  /** Resolves with the messages' places once they are stored and handed to the members of their rooms. */
  say(work: Work): Promise<readonly RoomMessage[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...work, resolve, reject });
      this.schedule();
    });
  }

  /** As `say`, but nobody waits for it: it goes with the next commit, and makes one of its own only after a while. */
  sayLater(work: Work): Promise<readonly RoomMessage[]> {
    return new Promise((resolve, reject) => {
      this.lazy.push({ ...work, resolve, reject });
      this.lazyTimer ??= globalThis.setTimeout(this.hurry, LAZY_MS);
    });
  }

  /** As `say`, and while the database is away it tries again, until `giveUp` aborts. For ends that must not be lost. */
  async sayUntilStored(work: Work, giveUp: AbortSignal): Promise<readonly RoomMessage[]> {
    for (let wait = 100; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        return await this.say(work);
      } catch (error) {
        if (!(error instanceof CodedError && error.code === 'STORE_UNAVAILABLE') || giveUp.aborted) throw error;
        await setTimeout(wait, undefined, { signal: giveUp }).catch(() => undefined);
      }
    }
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    this.hurry();
    while (this.waiting.length > 0 || this.committing) await new Promise((resolve) => setImmediate(resolve));
  }

  private schedule(): void {
    if (this.scheduled || this.committing) return;
    this.scheduled = true;
    const rest = this.lastBatch >= BUSY ? this.lastCommit + WINDOW - performance.now() : 0;
    if (rest >= 1) globalThis.setTimeout(this.commitWaiting, rest);
    else setImmediate(this.commitWaiting);
  }

  private readonly hurry = (): void => {
    this.takeLazy();
    if (this.waiting.length > 0) this.schedule();
  };

  private takeLazy(): void {
    clearTimeout(this.lazyTimer);
    this.lazyTimer = undefined;
    this.waiting.push(...this.lazy.splice(0));
  }

  private readonly commitWaiting = (): void => void this.commitBatch();

  private async commitBatch(): Promise<void> {
    this.scheduled = false;
    this.committing = true;
    this.takeLazy();
    const batch = this.waiting.splice(0, LARGEST_BATCH);
    this.lastBatch = batch.length;
    try {
      await this.commit(batch);
    } finally {
      this.lastCommit = performance.now();
      this.committing = false;
      if (this.waiting.length > 0) this.schedule();
    }
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const said = batch.length > 1 ? await this.transact(batch).catch(() => null) : null;
    if (said) this.announce(batch, said);
    else await this.commitSingly(batch);
  }

  /** One bad work must not take the others with it; a database that is away is not waited for once for each. */
  private async commitSingly(batch: readonly Waiting[]): Promise<void> {
    for (const [at, one] of batch.entries()) {
      let said: readonly RoomMessage[];
      try {
        said = await this.transactAlone(one);
      } catch (error) {
        const refused = this.isUnavailable(error) ? batch.slice(at) : [one];
        for (const each of refused) each.reject(this.asRefusal(error));
        if (refused.length > 1) return;
        continue;
      }
      this.announce([one], said);
    }
  }

  /** Again after a failure: what another node said under the same id at the same time is seen then. */
  private async transactAlone(work: Waiting): Promise<readonly RoomMessage[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.transact([work]);
      } catch (error) {
        if (tries === MOST_TRIES || this.isUnavailable(error)) throw error;
      }
    }
  }

  private announce(batch: readonly Waiting[], said: readonly RoomMessage[]): void {
    for (const message of said) this.hub.receive(message);
    this.bus.publish(said);
    const byId = new Map(said.map((message) => [message.messageId, message]));
    for (const { messages = [], resolve } of batch) resolve(messages.map(({ messageId }) => byId.get(messageId)!));
  }

  private transact(batch: readonly Waiting[]): Promise<readonly RoomMessage[]> {
    const messages = batch.flatMap((work) => work.messages ?? []);
    return this.db.transaction().execute(async (tx) => {
      for (const { store } of batch) if (store) await store(tx);
      return messages.length > 0 ? this.log.append(tx, messages, new Date().toISOString()) : [];
    });
  }

  private asRefusal(error: unknown): Error {
    if (this.isUnavailable(error)) {
      return new CodedError('STORE_UNAVAILABLE', 'The database does not answer; nothing was stored or sent. Try again');
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}
