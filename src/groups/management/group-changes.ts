import type { Kysely, Transaction } from 'kysely';
import { CodedError } from '../../model/codes.js';
import type { GroupMembersTable, GroupsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import type { Events } from '../events/event.js';
import { configOnWire, groupOf } from '../group.js';
import { groupMessage, listChanged } from '../group-rooms.js';
import { withPrompt, type GroupStore } from '../group-store.js';
import { notFound, taken } from './refusals.js';

export interface GroupNow {
  readonly row: GroupsTable;
  /** Oldest first; an empty prompt is the role's. */
  readonly members: readonly GroupMembersTable[];
}

/** What is left out stays. */
export interface GroupChange {
  readonly row?: Partial<Pick<GroupsTable, 'name' | 'market' | 'symbol' | 'interval' | 'leverage' | 'margin_usd' | 'position_mode' | 'account_id'>>;
  readonly members?: readonly GroupMembersTable[];
  /** Prompts of roles as they will be. */
  readonly prompts?: ReadonlyMap<string, string>;
  readonly store?: (tx: Transaction<Schema>) => Promise<void>;
}

/** Somebody else has changed it since it was read. */
class Outrun extends Error {}

const MOST_TRIES = 8;
/** Before what markets do. */
const PRIORITY = 10;

/**
 * The one way by which the configuration of a group changes: rows, the `config_update` event with the new
 * configuration and the word in its room are one transaction. Who saw an older state looks again.
 */
export class GroupChanges {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly groups: GroupStore, private readonly events: Events) {}

  /** @throws CodedError NOT_FOUND */
  async now(idOrName: string): Promise<GroupNow> {
    const row = await this.groups.row(idOrName);
    if (!row) throw notFound('group', idOrName, 'GET /api/groups lists them');
    return { row, members: await this.groups.ownMembers([row.group_id]) };
  }

  /** As it is then. `how` may be asked again. @throws CodedError NOT_FOUND, IDEMPOTENCY_CONFLICT where a name is taken, STORE_UNAVAILABLE */
  async change(idOrName: string, how: (now: GroupNow) => GroupChange | Promise<GroupChange>): Promise<GroupNow> {
    const { group_id: groupId } = (await this.now(idOrName)).row;
    return this.inTurn(groupId, () => this.changed(groupId, how));
  }

  /** Those of this node one after the other, so that only other nodes outrun them. */
  private inTurn<T>(groupId: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(groupId) ?? Promise.resolve()).then(work);
    const ended: Promise<unknown> = mine.catch(() => undefined).finally(() => {
      if (this.turns.get(groupId) === ended) this.turns.delete(groupId);
    });
    this.turns.set(groupId, ended);
    return mine;
  }

  private async changed(groupId: string, how: (now: GroupNow) => GroupChange | Promise<GroupChange>): Promise<GroupNow> {
    for (let tries = 1; ; tries += 1) {
      const now = await this.now(groupId);
      try {
        return await this.publish(now, await how(now));
      } catch (error) {
        if (!(error instanceof Outrun)) throw error;
        if (tries === MOST_TRIES) throw new CodedError('STORE_UNAVAILABLE', 'Others change this group all the time: try again', [], { retry_after_ms: 1000 });
      }
    }
  }

  private async publish(now: GroupNow, change: GroupChange): Promise<GroupNow> {
    const updatedAt = Math.max(Date.now(), now.row.updated_at + 1);
    const next: GroupNow = { row: { ...now.row, ...change.row, updated_at: updatedAt }, members: change.members ?? now.members };
    const prompts = new Map([...await this.groups.promptsOf(next.members), ...change.prompts ?? []]);
    const config = configOnWire(groupOf(next.row), next.members.map((member) => withPrompt(member, prompts)));
    const { group_id: groupId } = next.row;
    const status = { group_id: groupId, config, timestamp: new Date(updatedAt).toISOString() };
    await this.events.publish({
      key: null, eventType: 'config_update', origin: 'server', sourceId: 'conclave', originId: null, priority: PRIORITY,
      targets: [now.row.name], title: `[${next.row.name}] configuration changed`, payload: JSON.stringify(config), tags: ['config'], condition: null, correlationId: null,
    }, () => ({
      store: async (tx) => {
        await this.advance(tx, now, next, change);
        await change.store?.(tx);
      },
      messages: [groupMessage(groupId, 'group_status', `group:${groupId}:config:${updatedAt}`, status), listChanged({ kind: 'group', id: groupId, name: next.row.name }, 'changed')],
    }));
    return next;
  }

  private async advance(tx: Transaction<Schema>, now: GroupNow, next: GroupNow, change: GroupChange): Promise<void> {
    const { group_id: groupId, name, updated_at: updatedAt } = next.row;
    if (name !== now.row.name) await nameIsFree(tx, name);
    const { numUpdatedRows: updated } = await tx.updateTable('groups').set({ ...change.row, updated_at: updatedAt })
      .where('group_id', '=', groupId).where('updated_at', '=', now.row.updated_at).where('deleted_at', 'is', null).executeTakeFirstOrThrow();
    if (updated !== 1n) throw new Outrun(`The group ${groupId} has changed since it was read`);
  }
}

/** Among those that are not deleted. @throws CodedError IDEMPOTENCY_CONFLICT */
export async function nameIsFree(db: Pick<Kysely<Schema>, 'selectFrom'>, name: string): Promise<void> {
  const there = await db.selectFrom('groups').select('group_id').where('name', '=', name).where('deleted_at', 'is', null).executeTakeFirst();
  if (there) throw taken('name', `There is a group ${name} already: choose another name`);
}
