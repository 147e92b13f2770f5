import { decimal, type Decimal } from '../model/decimal.js';
import type { GroupConfig, GroupMember, PositionMode } from '../model/wire/groups.js';
import type { GroupMembersTable, GroupsTable } from '../storage/groups-schema.js';

/** An outside program with members that decides, and what it may trade. */
export interface Group {
  readonly groupId: string;
  readonly name: string;
  /** A label, such as `crypto`. */
  readonly market: string;
  readonly symbol: string;
  readonly interval: string;
  /** 1 or more; what is bought is margin times this. */
  readonly leverage: number;
  /** What one trade binds where it says neither quantity nor margin, in the account's currency. */
  readonly marginUsd: Decimal;
  readonly positionMode: PositionMode;
  readonly accountId: string;
}

export interface Member {
  readonly memberId: string;
  readonly name: string;
  readonly role: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly systemPrompt: string;
}

export const groupOf = (row: GroupsTable): Group => ({
  groupId: row.group_id, name: row.name, market: row.market, symbol: row.symbol, interval: row.interval, leverage: row.leverage,
  marginUsd: decimal(row.margin_usd), positionMode: row.position_mode, accountId: row.account_id,
});

export const memberOf = (row: GroupMembersTable): Member => ({
  memberId: row.member_id, name: row.name, role: row.role, provider: row.provider, model: row.model, systemPrompt: row.system_prompt,
});

export const memberOnWire = (member: Member): GroupMember => ({
  member_id: member.memberId, name: member.name, role: member.role, provider: member.provider, model: member.model, system_prompt: member.systemPrompt,
});

/** `config` of the first ack and of `config_update`. */
export const configOnWire = (group: Group, members: readonly Member[]): GroupConfig => ({
  group_id: group.groupId, group_name: group.name, market: group.market, symbol: group.symbol, interval: group.interval, leverage: group.leverage,
  margin_usd: group.marginUsd.toNumber(), position_mode: group.positionMode, account_id: group.accountId, members: members.map(memberOnWire),
});
