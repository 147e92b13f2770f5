import type { Kysely } from 'kysely';
import type { GroupsTable } from '../storage/groups-schema.js';
import type { Schema } from '../storage/schema.js';
import { groupOf, memberOf, type Group, type Member } from './group.js';

/** Groups that are not deleted, and their members. */
export class GroupStore {
  constructor(private readonly db: Kysely<Schema>) {}

  async byToken(hash: string): Promise<GroupsTable | null> {
    return await this.there().where('token_hash', '=', hash).executeTakeFirst() ?? null;
  }

  async find(groupId: string): Promise<Group | null> {
    const row = await this.there().where('group_id', '=', groupId).executeTakeFirst();
    return row ? groupOf(row) : null;
  }

  /** Those of the names that there are. */
  async named(names: readonly string[]): Promise<readonly GroupsTable[]> {
    return names.length === 0 ? [] : this.there().where('name', 'in', [...names]).execute();
  }

  async members(groupId: string): Promise<readonly Member[]> {
    const rows = await this.db.selectFrom('group_members').selectAll().where('group_id', '=', groupId).orderBy('member_id').execute();
    return rows.map(memberOf);
  }

  private there() {
    return this.db.selectFrom('groups').selectAll().where('deleted_at', 'is', null);
  }
}
