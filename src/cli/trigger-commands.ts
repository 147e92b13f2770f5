import { Option, type Command } from 'commander';
import { EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import type { Make } from './group-commands.js';
import type { GroupOptions } from './groups.js';
import { each, fileText, jsonFile, jsonObject } from './option-values.js';
import { createRole, deleteRole, listRoles, showRole, updateRole, type RoleOptions } from './roles.js';
import type { Terminal } from './terminal.js';
import type { Paint } from './text.js';
import { createTrigger, deleteTrigger, listTriggers, showTrigger, triggerToken, updateTrigger, type NewTriggerOptions, type TriggerListOptions, type TriggerPatchOptions } from './triggers.js';

const KINDS = ['price_move', 'indicator', 'signal', 'schedule', 'feed', 'webhook', 'external'];

/** `triggers` and `roles`. `make`: a command with the options that all have. */
export function addTriggerCommands(program: Command, make: Make, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const triggers = program.command('triggers').description('What makes events for trading groups. Changing them needs the scope trade where the server wants a token.').addHelpText('after', `
Kinds: price_move, indicator, signal, schedule and feed run in the server; webhook is posted to; external is a program of yours.

Examples:
  $ conclave triggers create --name btc_moves --kind price_move --target my_bot --config '{"symbol":"BTCUSDT","change_pct":1}'
  $ conclave triggers create --name my_scraper --kind external
  $ conclave triggers update btc_moves --disable
${EXIT_CODES_HELP}`);
  const one = (name: string, description: string): Command => make(name, triggers).description(description).argument('<trigger>', 'its name or id');
  const about = (command: Command): Command => command
    .addOption(new Option('--config <json>', 'as the kind wants it; docs/PROTOCOL.md has them').argParser(jsonObject))
    .addOption(new Option('--config-file <path>', 'a file with it').argParser(jsonFile).conflicts('config'))
    .option('--target <group>', 'a group that its events are for; several times for several', each);

  make('list', triggers, { isDefault: true }).description('All of them, newest first (the default).').addOption(new Option('--kind <kind>').choices(KINDS))
    .action(async (options: TriggerListOptions) => ends(await listTriggers(options, terminal, paint)));
  one('show', 'All there is to know of one.').action(async (trigger: string, options: GroupOptions) => ends(await showTrigger(trigger, options, terminal)));
  about(make('create', triggers)).description('Make one; its token or secret is shown once.')
    .requiredOption('--name <name>', '1 to 60 of A-Z a-z 0-9 _ . -').addOption(new Option('--kind <kind>').choices(KINDS).makeOptionMandatory())
    .option('--disabled', 'it begins turned off', false)
    .action(async (options: NewTriggerOptions & FromFile) => ends(await createTrigger(read(options), terminal)));
  about(one('update', 'Change it. --config is the whole of it; --target alone leaves the rest.')).option('--name <name>').option('--enable', 'turn it on', false).option('--disable', 'turn it off', false)
    .action(async (trigger: string, options: TriggerPatchOptions & FromFile) => ends(await updateTrigger(trigger, read(options), terminal)));
  one('delete', 'Delete it: its token dies at once, its events stay.').action(async (trigger: string, options: GroupOptions) => ends(await deleteTrigger(trigger, options, terminal)));
  one('token', 'Make a new token or secret, shown once; the old one dies at once.').action(async (trigger: string, options: GroupOptions) => ends(await triggerToken(trigger, options, terminal)));

  addRoleCommands(program, make, terminal, paint, ends);
}

interface FromFile {
  readonly configFile?: Readonly<Record<string, unknown>>;
}

const read = <Options extends NewTriggerOptions | TriggerPatchOptions>({ configFile, ...options }: Options & FromFile): Options =>
  ({ ...options, ...(configFile && { config: configFile }) }) as Options;

function addRoleCommands(program: Command, make: Make, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const roles = program.command('roles').description('What members of trading groups are there for.').addHelpText('after', `
The built-in ones stay as they are; a role that members have cannot be deleted.

Examples:
  $ conclave roles show risk_analyst
  $ conclave roles create macro_analyst --title "Macro analyst" --prompt-file macro.md
${EXIT_CODES_HELP}`);
  const one = (name: string, description: string): Command => make(name, roles).description(description).argument('<role>', 'such as macro_analyst');
  const about = (command: Command): Command => command.option('--title <title>').option('--prompt <text>', 'what a model in this role is told').option('--prompt-file <path>', 'a file with it', fileText);

  make('list', roles, { isDefault: true }).description('All of them (the default).').action(async (options: GroupOptions) => ends(await listRoles(options, terminal, paint)));
  one('show', 'One, with its prompt.').action(async (role: string, options: GroupOptions) => ends(await showRole(role, options, terminal)));
  about(one('create', 'Make one.')).action(async (role: string, options: RoleOptions) => ends(await createRole(role, options, terminal)));
  about(one('update', 'Change one; groups with members in it are told.')).action(async (role: string, options: RoleOptions) => ends(await updateRole(role, options, terminal)));
  one('delete', 'Delete one.').action(async (role: string, options: GroupOptions) => ends(await deleteRole(role, options, terminal)));
}
