import type { GroupMembersTable } from '../../storage/groups-schema.js';
import type { GroupChanges, GroupNow } from './group-changes.js';
import { checkPanel, memberRow, type NewMember } from './panel.js';
import { notFound } from './refusals.js';
import { holdRoles } from './roles.js';

/** Who sits in a group. Built up step by step: it may be without a leader, but never with two. */
export class Members {
  constructor(private readonly changes: GroupChanges) {}

  /** @throws CodedError NOT_FOUND, VALIDATION_ERROR, IDEMPOTENCY_CONFLICT */
  async add(group: string, member: NewMember): Promise<GroupMembersTable> {
    const { group_id: groupId } = (await this.changes.now(group)).row;
    const row = memberRow(groupId, member);
    await this.changes.change(groupId, ({ members }) => {
      checkPanel([...members, row]);
      return {
        members: [...members, row],
        store: async (tx) => {
          await holdRoles(tx, [row.role]);
          await tx.insertInto('group_members').values(row).execute();
        },
      };
    });
    return row;
  }

  /** @throws CodedError NOT_FOUND, VALIDATION_ERROR, IDEMPOTENCY_CONFLICT */
  async update(group: string, member: string, asked: Partial<NewMember>): Promise<GroupMembersTable> {
    const { member_id: memberId } = found(await this.changes.now(group), member);
    const now = await this.changes.change(group, (before) => {
      const row = updated(found(before, memberId), asked);
      const members = before.members.map((each) => (each.member_id === memberId ? row : each));
      checkPanel(members);
      const { name, role, provider, model, system_prompt } = row;
      return {
        members,
        store: async (tx) => {
          await holdRoles(tx, [role]);
          await tx.updateTable('group_members').set({ name, role, provider, model, system_prompt }).where('member_id', '=', memberId).execute();
        },
      };
    });
    return found(now, memberId);
  }

  /** @throws CodedError NOT_FOUND */
  async remove(group: string, member: string): Promise<void> {
    const { member_id: memberId } = found(await this.changes.now(group), member);
    await this.changes.change(group, (before) => {
      found(before, memberId);
      return {
        members: before.members.filter((each) => each.member_id !== memberId),
        store: async (tx) => void await tx.deleteFrom('group_members').where('member_id', '=', memberId).execute(),
      };
    });
  }
}

/** By id, else by name. @throws CodedError NOT_FOUND */
function found({ row, members }: GroupNow, idOrName: string): GroupMembersTable {
  const member = members.find(({ member_id: id }) => id === idOrName) ?? members.find(({ name }) => name === idOrName);
  if (!member) throw notFound(`member of ${row.name}`, idOrName, `GET /api/groups/${row.name}/members lists them`);
  return member;
}

const updated = (row: GroupMembersTable, { name, role, provider, model, systemPrompt }: Partial<NewMember>): GroupMembersTable => ({
  ...row, name: name ?? row.name, role: role ?? row.role, provider: provider === undefined ? row.provider : provider,
  model: model === undefined ? row.model : model, system_prompt: systemPrompt ?? row.system_prompt,
});
