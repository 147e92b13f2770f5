import { v7 as uuidv7 } from 'uuid';
import type { GroupMembersTable } from '../../storage/groups-schema.js';
import { DEFAULT_PANEL, LEADER } from './built-in-roles.js';
import { invalid, taken } from './refusals.js';

export interface NewMember {
  readonly name: string;
  readonly role: string;
  /** null: rules, or what its runner has. */
  readonly provider: string | null;
  readonly model: string | null;
  /** Empty: the role's. */
  readonly systemPrompt: string;
}

export const MOST_MEMBERS = 20;

export const defaultPanel = (): readonly NewMember[] => DEFAULT_PANEL.map((member) => ({ ...member, provider: null, model: null, systemPrompt: '' }));

export const memberRow = (groupId: string, { name, role, provider, model, systemPrompt }: NewMember): GroupMembersTable => ({
  member_id: uuidv7(), group_id: groupId, name, role, provider, model, system_prompt: systemPrompt, created_at: Date.now(),
});

/** Roles that a group needs before it can discuss. */
export const missingRoles = (members: readonly { readonly role: string }[]): readonly string[] =>
  (members.some(({ role }) => role === LEADER) ? [] : [LEADER]);

/** @throws CodedError VALIDATION_ERROR: two leaders, too many; IDEMPOTENCY_CONFLICT: a name twice */
export function checkPanel(members: readonly { readonly name: string; readonly role: string }[]): void {
  if (members.length > MOST_MEMBERS) throw invalid('members', `may be at most ${MOST_MEMBERS}`);
  const leaders = members.filter(({ role }) => role === LEADER);
  if (leaders.length > 1) throw invalid('role', `the group has a ${LEADER} already, ${leaders[0]!.name}: there is one, who decides. Change or remove that member first`);
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) throw taken('name', `The group has a member ${name} already: choose another name`);
    names.add(name);
  }
}
