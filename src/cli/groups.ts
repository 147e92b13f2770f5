import type { ListedGroup } from '../client/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { ServerOptions } from './connecting.js';
import { groupLines, groupTable } from './group-view.js';
import { pages, rest } from './rest.js';
import { complain, say, type Terminal } from './terminal.js';
import { clean, type Paint } from './text.js';
import { answered } from './token.js';

export interface GroupOptions extends ServerOptions {
  readonly json: boolean;
}
export interface GroupListOptions extends GroupOptions {
  readonly symbol?: string;
}
export interface GroupSettings extends GroupOptions {
  readonly name?: string;
  readonly symbol?: string;
  readonly market?: string;
  readonly interval?: string;
  readonly leverage?: number;
  readonly marginUsd?: number;
  readonly positionMode?: string;
  readonly account?: string;
}
export interface NewGroupOptions extends GroupSettings {
  readonly mode?: string;
  readonly currency?: string;
  readonly balance?: number;
  readonly maxLeverage?: number;
  /** False: it begins without anybody. */
  readonly members: boolean;
}
export interface DeleteOptions extends GroupOptions {
  readonly yes: boolean;
}
export interface TokenOptions extends GroupOptions {
  readonly revoke: boolean;
}
export interface TestEventOptions extends GroupOptions {
  readonly preset: string;
  readonly priority?: number;
}

const PATH = '/api/groups';
export const groupPath = (group: string): string => `${PATH}/${encodeURIComponent(group)}`;

export const listGroups = (options: GroupListOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> => answered(terminal, async () => {
  const groups = await pages<ListedGroup>(options, PATH, { symbol: options.symbol });
  if (options.json) for (const group of groups) say(terminal, JSON.stringify(group));
  else if (groups.length === 0) say(terminal, 'There is no group: npx conclave groups create --name … --symbol …');
  else for (const line of groupTable(groups, paint)) say(terminal, line);
});

export const showGroup = (group: string, options: GroupOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> => answered(terminal, async () => {
  print(await rest(options, 'GET', groupPath(group)), options, terminal, paint);
});

export const createGroup = (options: NewGroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const { mode, currency, balance, maxLeverage: max_leverage } = options;
  const own = { mode, currency, balance, max_leverage };
  const wanted = Object.values(own).some((value) => value !== undefined);
  const group = await rest(options, 'POST', PATH, { ...settings(options), ...(wanted && { account: own }), ...(!options.members && { members: [] }) }) as ListedGroup & { readonly token: string };
  if (options.json) return say(terminal, JSON.stringify(group));
  say(terminal, clean(`${group.name} trades ${group.symbol} on the account ${group.account_id}, ${group.members.length} members. Its token is not shown again:`));
  sayToken(group.token, group, terminal);
});

export function updateGroup(group: string, options: GroupSettings, terminal: Terminal, paint: Paint): Promise<ExitCode> {
  const changes = settings(options);
  if (Object.values(changes).every((value) => value === undefined)) {
    complain(terminal, 'name what to change: --name, --symbol, --market, --interval, --leverage, --margin-usd, --position-mode or --account');
    return Promise.resolve(EXIT.usage);
  }
  return answered(terminal, async () => print(await rest(options, 'PATCH', groupPath(group), changes), options, terminal, paint));
}

export const deleteGroup = (group: string, options: DeleteOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  if (!options.yes) {
    if (!terminal.ask) {
      complain(terminal, 'nobody can be asked here: add --yes');
      return EXIT.usage;
    }
    if (!/^y(es)?$/i.test((await terminal.ask(`Delete ${clean(group)}? Its token dies, its account and what is open there stay [y/N] `)).trim())) {
      say(terminal, 'Nothing was deleted');
      return EXIT.interrupted;
    }
  }
  const gone = await rest(options, 'DELETE', groupPath(group)) as { readonly name: string; readonly note: string };
  say(terminal, options.json ? JSON.stringify(gone) : clean(`${gone.name} is deleted. ${gone.note}`));
});

export const groupToken = (group: string, options: TokenOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  if (options.revoke) {
    await rest(options, 'DELETE', `${groupPath(group)}/token`);
    if (!options.json) say(terminal, `The token of ${clean(group)} is revoked, and its connection closed`);
    return;
  }
  const made = await rest(options, 'POST', `${groupPath(group)}/token`) as { readonly name: string; readonly token: string };
  if (options.json) return say(terminal, JSON.stringify(made));
  say(terminal, `The old token of ${clean(made.name)} is dead. The new one is not shown again:`);
  sayToken(made.token, { missing: [] }, terminal);
});

export const testEvent = (group: string, options: TestEventOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const { preset, priority } = options;
  const sent = await rest(options, 'POST', `${groupPath(group)}/test-event`, { preset, ...(priority !== undefined && { priority }) }) as { readonly event_id: string; readonly dispatched_clients: number };
  if (options.json) return say(terminal, JSON.stringify(sent));
  say(terminal, `${sent.event_id} is ${sent.dispatched_clients > 0 ? 'on its way' : 'stored; the group is not connected and gets it when it is'}`);
});

const settings = ({ name, symbol, market, interval, leverage, marginUsd, positionMode, account }: GroupSettings): Record<string, unknown> =>
  ({ name, symbol, market, interval, leverage, margin_usd: marginUsd, position_mode: positionMode, account_id: account });

function sayToken(token: string, { missing }: Pick<ListedGroup, 'missing'>, terminal: Terminal): void {
  say(terminal, token);
  if (missing.length > 0) say(terminal, `It cannot discuss yet, without ${missing.join(', ')}: npx conclave groups members add …`);
  say(terminal, 'Run it: npx conclave group --token … (--dry-run trades nothing), or connect a bot of your own to /ws/events?trading_group_token=…');
}

function print(answer: unknown, { json }: GroupOptions, terminal: Terminal, paint: Paint): void {
  if (json) return say(terminal, JSON.stringify(answer));
  for (const line of groupLines(answer as ListedGroup, paint)) say(terminal, line);
}
