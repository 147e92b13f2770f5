import type { Kysely } from 'kysely';
import type { GroupMembersTable, GroupsTable } from '../storage/groups-schema.js';
import type { Schema } from '../storage/schema.js';
import { groupOf, memberOf, type Group, type Member } from './group.js';
import { BUILT_IN_ROLES, builtInRole } from './management/built-in-roles.js';

export interface GroupListQuery {
  readonly symbol?: string | undefined;
  readonly limit: number;
  /** Below this id. */
  readonly before: string | null;
}

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

  /** By its id, else by its name. */
  async row(idOrName: string): Promise<GroupsTable | null> {
    return await this.there().where('group_id', '=', idOrName).executeTakeFirst() ?? (await this.named([idOrName]))[0] ?? null;
  }

  /** Newest first. */
  async list({ symbol, limit, before }: GroupListQuery): Promise<readonly GroupsTable[]> {
    let query = this.there().orderBy('group_id', 'desc').limit(limit);
    if (symbol !== undefined) query = query.where('symbol', '=', symbol);
    if (before !== null) query = query.where('group_id', '<', before);
    return query.execute();
  }

  /** Those of the names that there are. */
  async named(names: readonly string[]): Promise<readonly GroupsTable[]> {
    return names.length === 0 ? [] : this.there().where('name', 'in', [...names]).execute();
  }

  /** Oldest first, each with the prompt that counts: its own, else its role's. */
  async members(groupId: string): Promise<readonly Member[]> {
    const members = await this.ownMembers([groupId]);
    const prompts = await this.promptsOf(members);
    return members.map((row) => withPrompt(row, prompts));
  }

  /** The rows of these groups' members, oldest first; an empty prompt is their role's. */
  async ownMembers(groupIds: readonly string[]): Promise<readonly GroupMembersTable[]> {
    return groupIds.length === 0 ? [] : this.db.selectFrom('group_members').selectAll().where('group_id', 'in', [...groupIds]).orderBy('member_id').execute();
  }

  /** Of the roles that members without a prompt of their own have. */
  async promptsOf(members: readonly GroupMembersTable[]): Promise<ReadonlyMap<string, string>> {
    const roles = [...new Set(members.filter(({ system_prompt: own }) => own === '').map(({ role }) => role))];
    const custom = roles.filter((role) => !builtInRole(role));
    const stored = custom.length === 0 ? [] : await this.db.selectFrom('group_roles').selectAll().where('role', 'in', custom).execute();
    return new Map([...BUILT_IN_ROLES, ...stored].map(({ role, prompt }) => [role, prompt]));
  }

  private there() {
    return this.db.selectFrom('groups').selectAll().where('deleted_at', 'is', null);
  }
}

export const withPrompt = (row: GroupMembersTable, prompts: ReadonlyMap<string, string>): Member =>
  memberOf(row.system_prompt === '' ? { ...row, system_prompt: prompts.get(row.role) ?? '' } : row);
