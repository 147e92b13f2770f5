import type { ListedMember } from '../client/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { memberTable } from './group-view.js';
import { groupPath, type GroupOptions } from './groups.js';
import { pages, rest } from './rest.js';
import { complain, say, type Terminal } from './terminal.js';
import { clean, type Paint } from './text.js';
import { answered } from './token.js';

export interface MemberOptions extends GroupOptions {
  readonly name?: string;
  readonly role?: string;
  /** `none`: it has none. */
  readonly provider?: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly promptFile?: string;
}

const pathOf = (group: string, member?: string): string => `${groupPath(group)}/members${member === undefined ? '' : `/${encodeURIComponent(member)}`}`;

export const listMembers = (group: string, options: GroupOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> => answered(terminal, async () => {
  const items = await pages<ListedMember>(options, pathOf(group));
  if (options.json) for (const item of items) say(terminal, JSON.stringify(item));
  else if (items.length === 0) say(terminal, 'Nobody sits in it: npx conclave groups members add … --name … --role group_leader');
  else for (const line of memberTable(items, paint)) say(terminal, line);
});

export const addMember = (group: string, options: MemberOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  told(await rest(options, 'POST', pathOf(group), body(options)), 'is a member now', options, terminal);
});

export function updateMember(group: string, member: string, options: MemberOptions, terminal: Terminal): Promise<ExitCode> {
  const changes = body(options);
  if (Object.keys(changes).length === 0) {
    complain(terminal, 'name what to change: --name, --role, --provider, --model, --prompt or --prompt-file');
    return Promise.resolve(EXIT.usage);
  }
  return answered(terminal, async () => told(await rest(options, 'PATCH', pathOf(group, member), changes), 'is changed', options, terminal));
}

export const removeMember = (group: string, member: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  await rest(options, 'DELETE', pathOf(group, member));
  if (!options.json) say(terminal, `${clean(member)} is no member any more`);
});

function body({ name, role, provider, model, prompt, promptFile }: MemberOptions): Record<string, unknown> {
  const given = { name, role, provider: orNone(provider), model: orNone(model), system_prompt: orNone(promptFile ?? prompt) };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const orNone = (text: string | undefined): string | null | undefined => (text === 'none' ? null : text);

function told(answer: unknown, what: string, { json }: GroupOptions, terminal: Terminal): void {
  const { name, role } = answer as ListedMember;
  say(terminal, json ? JSON.stringify(answer) : clean(`${name} ${what}, as ${role}; the group is told`));
}
