import { inColumns, type Column } from './columns.js';
import { clean, EMPTY, type Paint } from './text.js';

export interface ShownMember {
  readonly member_id: string;
  readonly name: string;
  readonly role: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly system_prompt: string;
  readonly own_prompt?: boolean;
}

/** As the server shows it. */
export interface ShownGroup {
  readonly group_id: string;
  readonly name: string;
  readonly market: string;
  readonly symbol: string;
  readonly interval: string;
  readonly leverage: number;
  readonly margin_usd: number;
  readonly position_mode: string;
  readonly account_id: string;
  readonly members: readonly ShownMember[];
  readonly missing: readonly string[];
  readonly has_token: boolean;
  readonly connected: boolean;
  readonly connected_since: string | null;
  readonly node: string | null;
  readonly backlog: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_decision_at?: string | null;
  readonly token?: string;
}

const size = ({ margin_usd: margin, leverage }: ShownGroup): string => `${margin} × ${leverage}`;
const modelOf = ({ provider, model }: ShownMember): string => [provider, model].filter(Boolean).join('/') || 'rules';
const present = (group: ShownGroup): string => (group.connected ? 'connected' : group.has_token ? 'away' : 'no token');

const GROUPS: readonly Column<ShownGroup>[] = [
  ['GROUP', ({ name }) => name], ['SYMBOL', ({ symbol }) => symbol], ['INTERVAL', ({ interval }) => interval], ['MARGIN', size], ['MODE', ({ position_mode: mode }) => mode],
  ['ACCOUNT', ({ account_id: id }) => id], ['MEMBERS', ({ members, missing }) => `${members.length}${missing.length > 0 ? `, no ${missing.join(', ')}` : ''}`],
  ['STATE', present], ['BACKLOG', ({ backlog }) => String(backlog)],
];
const MEMBERS: readonly Column<ShownMember>[] = [
  ['MEMBER', ({ name }) => name], ['ROLE', ({ role }) => role], ['THINKS BY', modelOf],
  ['PROMPT', ({ own_prompt: own }) => (own === undefined ? EMPTY : own ? 'its own' : 'of the role')], ['ID', ({ member_id: id }) => id],
];

export const groupTable = (groups: readonly ShownGroup[], paint: Paint): string[] => inColumns(GROUPS, groups, paint);
export const memberTable = (members: readonly ShownMember[], paint: Paint): string[] => inColumns(MEMBERS, members, paint);

export function groupLines(group: ShownGroup, paint: Paint): string[] {
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
