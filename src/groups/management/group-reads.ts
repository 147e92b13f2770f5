import type { Kysely } from 'kysely';
import type { ListedGroup, ListedMember } from '../../model/wire/groups.js';
import type { GroupMembersTable, GroupsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { isConnected } from '../connections/connected.js';
import { configOnWire, groupOf, memberOnWire } from '../group.js';
import { withPrompt, type GroupListQuery, type GroupStore } from '../group-store.js';
import { notFound } from './refusals.js';
import { missingRoles } from './panel.js';

const iso = (at: number): string => new Date(at).toISOString();

/** Groups as REST shows them. */
export class GroupReads {
  constructor(private readonly db: Kysely<Schema>, private readonly groups: GroupStore) {}

  /** Newest first. */
  async list(query: GroupListQuery): Promise<readonly ListedGroup[]> {
    return this.shown(await this.groups.list(query));
  }

  /** @throws CodedError NOT_FOUND */
  async one(idOrName: string): Promise<ListedGroup> {
    const row = await this.groups.row(idOrName);
    if (!row) throw notFound('group', idOrName, 'GET /api/groups lists them');
    const [shown] = await this.shown([row]);
    const { at } = await this.db.selectFrom('group_trades').select(({ fn }) => fn.max('created_at').as('at')).where('group_id', '=', row.group_id).executeTakeFirstOrThrow();
    return { ...shown!, last_decision_at: at === null ? null : iso(Number(at)) };
  }

  /** @throws CodedError NOT_FOUND */
  async members(idOrName: string): Promise<readonly ListedMember[]> {
    const row = await this.groups.row(idOrName);
    if (!row) throw notFound('group', idOrName, 'GET /api/groups lists them');
    const members = await this.groups.ownMembers([row.group_id]);
    const prompts = await this.groups.promptsOf(members);
    return members.map((member) => memberShown(member, prompts));
  }

  async member(member: GroupMembersTable): Promise<ListedMember> {
    return memberShown(member, await this.groups.promptsOf([member]));
  }

  private async shown(rows: readonly GroupsTable[]): Promise<readonly ListedGroup[]> {
    const ids = rows.map(({ group_id: id }) => id);
    const [members, backlog] = await Promise.all([this.groups.ownMembers(ids), this.backlog(ids)]);
    const prompts = await this.groups.promptsOf(members);
    return rows.map((row) => groupShown(row, members.filter(({ group_id: id }) => id === row.group_id), prompts, backlog.get(row.group_id) ?? 0));
  }

  private async backlog(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.selectFrom('group_deliveries').select(({ fn }) => ['group_id', fn.countAll().as('open')])
      .where('settled_at', 'is', null).where('group_id', 'in', [...ids]).groupBy('group_id').execute();
    return new Map(rows.map(({ group_id: id, open }) => [id, Number(open)]));
  }
}

function groupShown(row: GroupsTable, members: readonly GroupMembersTable[], prompts: ReadonlyMap<string, string>, backlog: number): ListedGroup {
  const connected = isConnected(row);
  const missing = missingRoles(members);
  return {
    ...configOnWire(groupOf(row), members.map((member) => withPrompt(member, prompts))),
    name: row.name, complete: missing.length === 0, missing, has_token: row.token_hash !== null,
    connected, connected_since: connected && row.connected_at !== null ? iso(row.connected_at) : null, node: connected ? row.node : null,
    backlog, created_at: iso(row.created_at), updated_at: iso(row.updated_at),
  };
}

/** `system_prompt` is the one that counts, `own_prompt` whether it is the member's. */
const memberShown = (row: GroupMembersTable, prompts: ReadonlyMap<string, string>): ListedMember => ({
  ...memberOnWire(withPrompt(row, prompts)), own_prompt: row.system_prompt !== '', created_at: iso(row.created_at),
});
