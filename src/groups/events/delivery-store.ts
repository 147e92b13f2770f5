import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';
import type { StoredEvent } from './event.js';
import { eventOf } from './event-row.js';

/** Which group has which event still to come. */
export class DeliveryStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** What is not settled: higher priority first, then the oldest. */
  async open(groupId: string, limit: number): Promise<readonly StoredEvent[]> {
    const rows = await this.db.selectFrom('group_deliveries as d').innerJoin('group_events as e', 'e.event_id', 'd.event_id').selectAll('e')
      .where('d.group_id', '=', groupId).where('d.settled_at', 'is', null)
      .orderBy('d.priority', 'desc').orderBy('d.event_id').limit(limit).execute();
    return rows.map(eventOf);
  }

  /** By event: the groups that have settled it. */
  async settle(settled: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const now = Date.now();
      for (const { events, groups } of rectangles(settled)) {
        await tx.updateTable('group_deliveries').set({ settled_at: now }).where('event_id', 'in', events).where('group_id', 'in', groups).where('settled_at', 'is', null).execute();
      }
    });
  }

  /** Of what is older: deliveries, and events that nothing was made of. */
  async forget(before: number): Promise<void> {
    const old = this.db.selectFrom('group_events').select('event_id').where('created_at', '<', before);
    await this.db.deleteFrom('group_deliveries').where('event_id', 'in', old).execute();
    await this.db.deleteFrom('group_events').where('created_at', '<', before)
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom('group_trades as t').select('t.trade_id').whereRef('t.correlation_id', '=', 'group_events.correlation_id'))))
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom('trading_group_discussions as g').select('g.discussion_id').whereRef('g.correlation_id', '=', 'group_events.correlation_id'))))
      .execute();
  }
}

/** Many groups of one event, or many events of one group, in one statement each. */
function rectangles(settled: ReadonlyMap<string, ReadonlySet<string>>): { events: string[]; groups: string[] }[] {
  const byGroup = new Map<string, string[]>();
  for (const [event, groups] of settled) for (const group of groups) byGroup.set(group, [...byGroup.get(group) ?? [], event]);
  return byGroup.size < settled.size
    ? [...byGroup].map(([group, events]) => ({ events, groups: [group] }))
    : [...settled].map(([event, groups]) => ({ events: [event], groups: [...groups] }));
}
