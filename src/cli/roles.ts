import type { GroupRole } from '../client/index.js';
import { inColumns, type Column } from './columns.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { GroupOptions } from './groups.js';
import { pages, rest } from './rest.js';
import { complain, say, type Terminal } from './terminal.js';
import { clean, type Paint } from './text.js';
import { answered } from './token.js';

export interface RoleOptions extends GroupOptions {
  readonly title?: string;
  readonly prompt?: string;
  readonly promptFile?: string;
}

const PATH = '/api/roles';
const pathOf = (role: string): string => `${PATH}/${encodeURIComponent(role)}`;
const COLUMNS: readonly Column<GroupRole>[] = [
  ['ROLE', ({ role }) => role], ['TITLE', ({ title }) => title, 30], ['', ({ built_in: builtIn }) => (builtIn ? 'built in' : '')], ['PROMPT', ({ prompt }) => prompt],
];

export const listRoles = (options: GroupOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> => answered(terminal, async () => {
  const items = await pages<GroupRole>(options, PATH);
  if (options.json) for (const item of items) say(terminal, JSON.stringify(item));
  else for (const line of inColumns(COLUMNS, items, paint)) say(terminal, line);
});

export const showRole = (role: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const shown = await rest(options, 'GET', pathOf(role)) as GroupRole;
  if (options.json) return say(terminal, JSON.stringify(shown));
  say(terminal, clean(`${shown.role}: ${shown.title}${shown.built_in ? ' (built in)' : ''}`));
  for (const line of ['', ...shown.prompt.split('\n')]) say(terminal, clean(line));
});

export function createRole(role: string, options: RoleOptions, terminal: Terminal): Promise<ExitCode> {
  const { title, prompt } = textOf(options);
  if (title === undefined || prompt === undefined) {
    complain(terminal, 'a role needs --title, and --prompt or --prompt-file');
    return Promise.resolve(EXIT.usage);
  }
  return answered(terminal, async () => {
    const made = await rest(options, 'POST', PATH, { role, title, prompt }) as GroupRole;
    say(terminal, options.json ? JSON.stringify(made) : clean(`${made.role} is a role now: npx conclave groups members add <group> --name … --role ${made.role}`));
  });
}

export function updateRole(role: string, options: RoleOptions, terminal: Terminal): Promise<ExitCode> {
  const changes = textOf(options);
  if (changes.title === undefined && changes.prompt === undefined) {
    complain(terminal, 'name what to change: --title, --prompt or --prompt-file');
    return Promise.resolve(EXIT.usage);
  }
  return answered(terminal, async () => {
    const changed = await rest(options, 'PATCH', pathOf(role), changes) as GroupRole;
    say(terminal, options.json ? JSON.stringify(changed) : clean(`${changed.role} is changed; groups with members in it are told`));
  });
}

export const deleteRole = (role: string, options: GroupOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  await rest(options, 'DELETE', pathOf(role));
  if (!options.json) say(terminal, `${clean(role)} is deleted`);
});

const textOf = ({ title, prompt, promptFile }: RoleOptions): { title?: string | undefined; prompt?: string | undefined } => ({ title, prompt: promptFile ?? prompt });
