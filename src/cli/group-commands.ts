import { Option, type Command, type CommandOptions } from 'commander';
import { INTERVALS } from '../model/interval.js';
import { EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import { createGroup, deleteGroup, groupToken, listGroups, showGroup, testEvent, updateGroup, type DeleteOptions, type GroupListOptions, type GroupOptions, type GroupSettings, type NewGroupOptions, type TestEventOptions, type TokenOptions } from './groups.js';
import { addMember, listMembers, removeMember, updateMember, type MemberOptions } from './members.js';
import { above0, fileText, wholeFrom1 } from './option-values.js';
import type { Terminal } from './terminal.js';
import type { Paint } from './text.js';

export type Make = (name: string, parent?: Command, options?: CommandOptions) => Command;

const PRESETS = ['price_spike', 'news', 'signal'];

/** `groups`, with its members. `make`: a command with the options that all have. */
export function addGroupCommands(program: Command, make: Make, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const groups = program.command('groups').description('Trading groups: programs that get events and decide. Changing them needs the scope trade where the server wants a token.').addHelpText('after', `
A group is named by its name or its id.

Examples:
  $ conclave groups create --name my_bot --symbol BTCUSDT --margin-usd 50
  $ conclave groups test-event my_bot --preset price_spike
  $ conclave groups members my_bot
  $ conclave groups token my_bot
${EXIT_CODES_HELP}`);
  const one = (name: string, description: string): Command => make(name, groups).description(description).argument('<group>', 'its name or id');

  make('list', groups, { isDefault: true }).description('All of them, newest first (the default).').option('--symbol <symbol>', 'of this symbol')
    .action(async (options: GroupListOptions) => ends(await listGroups(options, terminal, paint)));
  one('show', 'All there is to know of one.').action(async (group: string, options: GroupOptions) => ends(await showGroup(group, options, terminal, paint)));

  settings(make('create', groups)).description('Make one, with a token that is shown once.')
    .requiredOption('--name <name>', '1 to 60 of A-Z a-z 0-9 _ . -').requiredOption('--symbol <symbol>', 'such as BTCUSDT')
    .option('--account <id>', 'that trades for it; without it a paper account of its own')
    .addOption(new Option('--mode <mode>', 'of its own account (perpetual where left out)').choices(['spot', 'perpetual']).conflicts('account'))
    .addOption(new Option('--currency <code>', 'of its own account').conflicts('account'))
    .addOption(new Option('--balance <amount>', 'of its own account (10000 where left out)').argParser(above0).conflicts('account'))
    .addOption(new Option('--max-leverage <n>', 'of its own account (the group\'s where left out)').argParser(wholeFrom1).conflicts('account'))
    .option('--no-members', 'begin without anybody; else a leader, three analysts and a memory, as rules')
    .action(async (options: NewGroupOptions) => ends(await createGroup(options, terminal)));
  settings(one('update', 'Change it; it is told at once.')).option('--name <name>').option('--symbol <symbol>').option('--account <id>')
    .action(async (group: string, options: GroupSettings) => ends(await updateGroup(group, options, terminal, paint)));
  one('delete', 'Delete it: its token dies at once, its account and what is open there stay.').option('--yes', 'do not ask', false)
    .action(async (group: string, options: DeleteOptions) => ends(await deleteGroup(group, options, terminal)));
  one('token', 'Make a new token, shown once; the old one dies at once.').option('--revoke', 'only let the old one die', false)
    .action(async (group: string, options: TokenOptions) => ends(await groupToken(group, options, terminal)));
  one('test-event', 'Send it an event that is made up around the current price.')
    .addOption(new Option('--preset <preset>').choices(PRESETS).default('price_spike')).option('--priority <n>', '1 to 10 (5 where left out)', wholeFrom1)
    .action(async (group: string, options: TestEventOptions) => ends(await testEvent(group, options, terminal)));

  addMemberCommands(groups, make, terminal, paint, ends);
}

function addMemberCommands(groups: Command, make: Make, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const members = groups.command('members').description('Who sits in a group.').addHelpText('after', `
One member is the group_leader. Without a model a member thinks by rules.

Examples:
  $ conclave groups members my_bot
  $ conclave groups members add my_bot --name Macro --role macro_analyst --model gpt-5
  $ conclave groups members update my_bot Macro --model none --prompt-file macro.md
${EXIT_CODES_HELP}`);
  const ofGroup = (name: string, description: string, options?: CommandOptions): Command => make(name, members, options).description(description).argument('<group>', 'its name or id');
  const about = (command: Command): Command => command
    .option('--provider <provider>', 'whose model, as its runner knows it; none: it gives it up').option('--model <model>', 'none: rules')
    .option('--prompt <text>', 'in place of its role\'s; none: the role\'s').option('--prompt-file <path>', 'a file with it', fileText);

  ofGroup('list', 'All of them, oldest first (the default).', { isDefault: true }).action(async (group: string, options: GroupOptions) => ends(await listMembers(group, options, terminal, paint)));
  about(ofGroup('add', 'Add one.').requiredOption('--name <name>').requiredOption('--role <role>', 'as `roles` lists them'))
    .action(async (group: string, options: MemberOptions) => ends(await addMember(group, options, terminal)));
  about(ofGroup('update', 'Change one.').argument('<member>', 'its name or id').option('--name <name>').option('--role <role>', 'as `roles` lists them'))
    .action(async (group: string, member: string, options: MemberOptions) => ends(await updateMember(group, member, options, terminal)));
  ofGroup('remove', 'Remove one.').argument('<member>', 'its name or id')
    .action(async (group: string, member: string, options: GroupOptions) => ends(await removeMember(group, member, options, terminal)));
}

const settings = (command: Command): Command => command
  .option('--market <label>', 'such as crypto').addOption(new Option('--interval <interval>', 'of the candles it looks at').choices(INTERVALS))
  .option('--leverage <n>', 'at most what its account allows', wholeFrom1).option('--margin-usd <amount>', 'what one trade binds', above0)
  .addOption(new Option('--position-mode <mode>', 'hedge: a long and a short at once').choices(['oneway', 'hedge']));
