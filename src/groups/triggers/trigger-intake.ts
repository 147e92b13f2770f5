import type { Kysely, Transaction } from 'kysely';
import type { FrameForm } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { invalid, type Answer, type Flaw } from '../answer.js';
import type { Events, NewEvent } from '../events/event.js';
import type { GroupStore } from '../group-store.js';
import { conflict, KEPT_MS } from '../idempotency.js';
import { checkEvent, type EventFields } from './check-event.js';
import { isSameEvent } from './same-event.js';

export interface TriggerIntakeNeeds {
  readonly db: Kysely<Schema>;
  readonly events: Events;
  readonly groups: GroupStore;
  /** A payload's most bytes: the limit of a frame. */
  readonly frameBytes: number;
}

/** Whose event it is. */
export interface EventSource {
  readonly triggerId: string;
  readonly name: string;
}

const SHOWN = 20;

/** The way of every trigger's event, whether it comes over the socket, by a webhook or from a built-in trigger. */
export class TriggerIntake {
  constructor(private readonly needs: TriggerIntakeNeeds) {}

  /**
   * Checks and publishes. `accepted` once it is stored; else `validation_error` or `forbidden_event` with every flaw.
   * What the frame says of `id` and `source_id` counts for nothing. A second event with the `key` is answered as the
   * first. `store` goes into the event's transaction, and is left out for such a second one. An idempotency key of the
   * frame's own, of this trigger and for a day, goes before `key`; with another content it is IDEMPOTENCY_CONFLICT.
   * @throws CodedError STORE_UNAVAILABLE
   */
  async take(
    { triggerId, name }: EventSource, frame: unknown, form: FrameForm, key: string | null, store?: (tx: Transaction<Schema>) => Promise<void>,
  ): Promise<Answer> {
    const checked = checkEvent(frame, form, this.needs.frameBytes);
    if (checked.kind === 'forbidden') return { ok: false, message: 'forbidden_event', detail: checked.flaws };
    if (checked.kind === 'flawed') return invalid(checked.flaws);
    const stray = await this.noTarget(checked.event);
    if (stray) return invalid([stray], checked.event.correlationId ?? undefined);
    const { idempotencyKey, ...fields } = checked.event;
    const named = idempotencyKey === null ? { key } : { key: `sent:${triggerId}:${idempotencyKey}`, keyKeptMs: KEPT_MS };
    const event: NewEvent = { ...fields, ...named, origin: 'trigger', originId: triggerId, sourceId: name };
    const { event: stored, dispatched, unknown, duplicate } = await this.needs.events.publish(event, ({ createdAt }) => ({
      store: async (tx) => {
        await tx.updateTable('triggers').set({ last_event_at: createdAt }).where('trigger_id', '=', triggerId).execute();
        await store?.(tx);
      },
    }));
    if (duplicate && idempotencyKey !== null && !isSameEvent(stored, event)) {
      return conflict(idempotencyKey, { id: stored.eventId, correlationId: stored.correlationId, at: stored.createdAt }, 'event');
    }
    return {
      ok: true, message: 'accepted', id: stored.eventId, dispatched_clients: dispatched,
      ...(unknown.length > 0 ? { unknown_targets: unknown } : {}), ...(duplicate ? { duplicate } : {}),
    };
  }

  private async noTarget({ targets }: EventFields): Promise<Flaw | null> {
    if ((await this.needs.groups.named(targets)).length > 0) return null;
    const rows = await this.needs.db.selectFrom('groups').select('name').where('deleted_at', 'is', null).orderBy('name').limit(SHOWN + 1).execute();
    const names = rows.slice(0, SHOWN).map(({ name }) => name).join(', ');
    const there = rows.length === 0 ? 'there is none: make one first' : `there are ${names}${rows.length > SHOWN ? ' and more' : ''}`;
    return { path: 'targets', message: `must name a group: ${there}` };
  }
}
