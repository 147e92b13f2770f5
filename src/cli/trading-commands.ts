import { Option, type Command, type CommandOptions } from 'commander';
import { approve, edit, listApprovals, reject, showApproval, type AnswerOptions, type ApprovalOptions, type EditOptions, type ListOptions } from './approvals.js';
import { EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import type { Paint } from './text.js';
import { setState, showState, type SetStateOptions, type StateOptions } from './trading-state.js';

const STATUSES = ['waiting', 'approved', 'rejected', 'expired', 'drifted', 'refused', 'done', 'any'];

/** `approvals` and `trading`. `make`: a command with the options that all have. */
export function addTradingCommands(program: Command, make: (name: string, parent?: Command, options?: CommandOptions) => Command, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const approvals = program.command('approvals').description('What waits for a person; needs the scope approve where the server wants a token.').addHelpText('after', `
It shows what is approved and sends the hash of that; what has changed meanwhile is refused.

Examples:
  $ conclave approvals --watch
  $ conclave approvals approve 01a1fc15-38a9-7451-a94f-a39c40be1e78
  $ conclave approvals edit 01a1fc15-38a9-7451-a94f-a39c40be1e78 --quantity 5 --yes
${EXIT_CODES_HELP}`);

  make('list', approvals, { isDefault: true }).description('What waits (the default).')
    .addOption(new Option('--status <status>', 'of this status').choices(STATUSES).default('waiting'))
    .option('--account <id>', 'of this account')
    .option('--watch', 'then each change, until Ctrl-C', false)
    .action(async (options: ListOptions) => ends(await listApprovals(options, terminal, paint)));

  const one = (name: string, description: string): Command => make(name, approvals).description(description).argument('<approval_id>', 'as the list shows it');
  const answer = (name: string, description: string): Command => one(name, description)
    .option('--hash <hash>', 'of what was shown before, at least 8 of its characters; refused where it is another by now')
    .option('--yes', 'do not ask', false);
  one('show', 'All that is agreed to.').action(async (id: string, options: ApprovalOptions) => ends(await showApproval(id, options, terminal)));
  answer('approve', 'Agree.').option('--note <text>', 'to be kept with it')
    .action(async (id: string, options: AnswerOptions) => ends(await approve(id, options, terminal)));
  answer('edit', 'Change it; risk gates look at it at once, and somebody must approve what it is then.')
    .option('--quantity <n>').option('--limit <price>').option('--stop-price <price>')
    .option('--target <price>', 'none: without').option('--stop <price>', 'none: without').option('--time-in-force <which>', 'day, gtc, ioc or fok')
    .option('--note <text>', 'to be kept with it')
    .action(async (id: string, options: EditOptions) => ends(await edit(id, options, terminal)));
  answer('reject', 'Refuse it.').requiredOption('--note <text>', 'why')
    .action(async (id: string, options: AnswerOptions) => ends(await reject(id, options, terminal)));

  const trading = program.command('trading').description('May be traded? Changing it needs the scope trade where the server wants a token.').addHelpText('after', `
Examples:
  $ conclave trading
  $ conclave trading halt --reason "news" --account main
  $ conclave trading resume
${EXIT_CODES_HELP}`);
  make('state', trading, { isDefault: true }).description('Of all and of each account (the default).').action(async (options: StateOptions) => ends(await showState(options, terminal)));
  const change = (name: string, state: 'ACTIVE' | 'REDUCING' | 'HALTED', description: string): Command => make(name, trading).description(description)
    .option('--account <id>', 'of this account alone').option('--reason <text>', 'said to everyone')
    .action(async (options: SetStateOptions) => ends(await setState(state, options, terminal)));
  change('halt', 'HALTED', 'Nothing that adds exposure goes out, and what is open of it is cancelled.');
  change('reduce', 'REDUCING', 'Only what reduces a position goes out.');
  change('resume', 'ACTIVE', 'Everything goes on.');
}
