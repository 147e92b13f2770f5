import type { GroupMember, ListedGroup, ListedMember } from '../client/index.js';
import { inColumns, type Column } from './columns.js';
import { clean, EMPTY, type Paint } from './text.js';

/** As its group names it, or as itself. */
type SeatedMember = GroupMember & Partial<Pick<ListedMember, 'own_prompt'>>;

const size = ({ margin_usd: margin, leverage }: ListedGroup): string => `${margin} × ${leverage}`;
const modelOf = ({ provider, model }: GroupMember): string => [provider, model].filter(Boolean).join('/') || 'rules';
const present = (group: ListedGroup): string => (group.connected ? 'connected' : group.has_token ? 'away' : 'no token');

const GROUPS: readonly Column<ListedGroup>[] = [
  ['GROUP', ({ name }) => name], ['SYMBOL', ({ symbol }) => symbol], ['INTERVAL', ({ interval }) => interval], ['MARGIN', size], ['MODE', ({ position_mode: mode }) => mode],
  ['ACCOUNT', ({ account_id: id }) => id], ['MEMBERS', ({ members, missing }) => `${members.length}${missing.length > 0 ? `, no ${missing.join(', ')}` : ''}`],
  ['STATE', present], ['BACKLOG', ({ backlog }) => String(backlog)],
];
const MEMBERS: readonly Column<SeatedMember>[] = [
  ['MEMBER', ({ name }) => name], ['ROLE', ({ role }) => role], ['THINKS BY', modelOf],
  ['PROMPT', ({ own_prompt: own }) => (own === undefined ? EMPTY : own ? 'its own' : 'of the role')], ['ID', ({ member_id: id }) => id],
];

export const groupTable = (groups: readonly ListedGroup[], paint: Paint): string[] => inColumns(GROUPS, groups, paint);
export const memberTable = (members: readonly SeatedMember[], paint: Paint): string[] => inColumns(MEMBERS, members, paint);

export function groupLines(group: ListedGroup, paint: Paint): string[] {
  return [
    `${group.name}  ${present(group)}${group.connected ? ` since ${group.connected_since ?? EMPTY} on ${group.node ?? EMPTY}` : ''}`,
    `  id       ${group.group_id}`,
    `  trades   ${group.symbol} (${group.market}), ${group.interval} candles, margin ${group.margin_usd} × leverage ${group.leverage}, ${group.position_mode}`,
    `  account  ${group.account_id}`,
    `  backlog  ${group.backlog} events`,
    `  decided  ${group.last_decision_at ?? 'nothing yet'}`,
    `  made     ${group.created_at}, changed ${group.updated_at}`,
    ...(group.missing.length > 0 ? [`  missing  ${group.missing.join(', ')}: add one with \`groups members add\``] : []),
  ].map(clean).concat(group.members.length === 0 ? ['  nobody sits in it'] : memberTable(group.members, paint).map((line) => `  ${line}`));
}
