import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { CodedError } from '../../model/codes.js';
import type { PriceUpdate } from '../../model/price-update.js';
import type { NewMessage } from '../../rooms/message.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import { systemAlert } from '../../rooms/system-alert.js';
import { Deposed } from '../../storage/leases.js';
import type { Schema } from '../../storage/schema.js';
import { isUnavailable } from '../../storage/unavailable.js';
import type { Flaw } from '../answer.js';
import { listChanged } from '../group-rooms.js';
import type { BuiltIn, EventDraft, Outlet } from './built-in.js';
import type { CommonConfig } from './trigger-kinds.js';
import type { TriggerIntake } from './trigger-intake.js';
import type { BuiltInRow, TriggerStore } from './trigger-store.js';

export interface RunningTriggerNeeds {
  readonly store: TriggerStore;
  readonly intake: TriggerIntake;
  readonly writer: Pick<RoomWriter, 'say'>;
  /** Inside each transaction: refuses the word of a node that leads no more. @throws Deposed */
  readonly fence: (tx: Transaction<Schema>) => Promise<void>;
  /** Market time. */
  readonly marketNow: () => number;
  /** What nobody could be told of: for the log. */
  readonly onFault: (error: unknown) => void;
  /** How long it rests after a failure. */
  readonly retryMs?: number;
}

const RETRY_MS = 1000;

/** One trigger at work: its events with what its row says of them, where it stands, and what is wrong with it. */
export class RunningTrigger implements Outlet {
  private builtIn: BuiltIn | null = null;
  private readonly under = new Set<Promise<void>>();
  private looking: Promise<void> = Promise.resolve();
  private queued: Promise<void> | null = null;
  private atTime = false;
  private restsUntil = 0;
  /** A refusal lasts until an event is accepted, a failure until something goes well. */
  private fault: 'refused' | 'failed' | null;

  constructor(readonly row: BuiltInRow, private readonly common: CommonConfig, private readonly needs: RunningTriggerNeeds) {
    this.fault = row.last_error === null ? null : 'failed';
  }

  async begin(open: () => BuiltIn): Promise<void> {
    await this.step(async () => {
      this.builtIn = open();
      await this.builtIn.start?.();
    });
  }

  /** As it is in its row, it cannot run. */
  async unfit(flaws: readonly Flaw[]): Promise<void> {
    await this.failed('failed', flaws.map(({ path, message }) => `${path} ${message}`).join('; '));
  }

  price(update: PriceUpdate, at: number): void {
    if (this.builtIn?.price && performance.now() >= this.restsUntil) void this.step(() => this.builtIn?.price?.(update, at));
  }

  async closed(symbol: string, now: number): Promise<void> {
    if (this.builtIn?.closed) await this.step(() => this.builtIn?.closed?.(symbol));
    await this.signals(now);
  }

  /** One look after the other; who asks while one waits is served by that. */
  async signals(now: number): Promise<void> {
    if (!this.builtIn?.signals) return;
    this.queued ??= this.looking = this.looking.then(() => {
      this.queued = null;
      return this.step(() => this.builtIn?.signals?.(now));
    });
    await this.queued;
  }

  async time(now: number): Promise<void> {
    if (!this.builtIn?.time || this.atTime || performance.now() < this.restsUntil) return;
    this.atTime = true;
    await this.step(() => this.builtIn?.time?.(now));
    this.atTime = false;
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.builtIn?.stop?.();
    this.builtIn = null;
    while (this.under.size > 0) await Promise.all(this.under);
  }

  async emit({ title, payload }: EventDraft, key: string, state?: unknown): Promise<void> {
    const { row: { trigger_id: triggerId, kind, name }, common: { targets, priority, tags } } = this;
    const answer = await this.needs.intake.take({ triggerId, name }, { title, payload, targets, priority, tags }, 'type', `${kind}:${triggerId}:${key}`, async (tx) => {
      await this.needs.fence(tx);
      if (state !== undefined) await this.needs.store.keep(tx, triggerId, state);
    });
    if (state !== undefined && (!answer.ok || answer['duplicate'])) await this.save(state);
    if (answer.ok) await this.well();
    else await this.failed('refused', (answer['detail'] as readonly Flaw[]).map(({ path, message }) => `${path} ${message}`).join('; '));
  }

  async save(state: unknown): Promise<void> {
    await this.write((tx) => this.needs.store.keep(tx, this.row.trigger_id, state));
  }

  private step(work: () => Promise<void> | null | undefined): Promise<void> {
    const begun = attempt(work);
    if (!begun) return Promise.resolve();
    const ended = begun.then(
      () => (this.fault === 'failed' ? this.well() : undefined),
      (error: unknown) => this.threw(error),
    ).catch(this.needs.onFault).finally(() => this.under.delete(ended));
    this.under.add(ended);
    return ended;
  }

  private async threw(error: unknown): Promise<void> {
    this.restsUntil = performance.now() + (this.needs.retryMs ?? RETRY_MS);
    if (error instanceof Deposed) return; // another node does it
    if (this.isOfTheStore(error)) return this.needs.onFault(error);
    await this.failed('failed', whyOf(error));
  }

  /** A database that is away is the fault of no trigger. What a feed's server does looks the same, but never comes from the writer. */
  private isOfTheStore(error: unknown): boolean {
    if (error instanceof CodedError) return error.code === 'STORE_UNAVAILABLE';
    return this.row.kind !== 'feed' && isUnavailable(error);
  }

  /** Kept, and said where it was well before. */
  private async failed(fault: 'refused' | 'failed', why: string): Promise<void> {
    const { row, needs } = this;
    const message = `The trigger ${row.name} (${row.kind}) ${fault === 'refused' ? 'has an event that is refused' : 'fails'}: ${why}`;
    const alert = { level: 'warning', code: 'TRIGGER_FAILED', message, timestamp: new Date(needs.marketNow()).toISOString() } as const;
    const said = this.fault === null ? [...systemAlert(alert, `trigger:${row.trigger_id}:${randomUUID()}`), this.turned('failing')] : [];
    await this.write((tx) => needs.store.fault(tx, row.trigger_id, why), said);
    this.fault = fault;
  }

  private async well(): Promise<void> {
    if (this.fault === null) return;
    await this.write((tx) => this.needs.store.fault(tx, this.row.trigger_id, null), [this.turned('well')]);
    this.fault = null;
  }

  private turned(change: 'failing' | 'well'): NewMessage {
    const { trigger_id: id, name } = this.row;
    return listChanged({ kind: 'trigger', id, name }, change);
  }

  private async write(store: (tx: Transaction<Schema>) => Promise<void>, messages: readonly NewMessage[] = []): Promise<void> {
    await this.needs.writer.say({
      store: async (tx) => {
        await this.needs.fence(tx);
        await store(tx);
      },
      messages,
    });
  }
}

/** What throws at once rejects. */
function attempt(work: () => Promise<void> | null | undefined): Promise<void> | null | undefined {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? `${error.message}: ${error.cause.message}` : error.message;
}
