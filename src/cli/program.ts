import { Command, CommanderError, InvalidArgumentError, Option, type CommandOptions } from 'commander';
import { endpoint } from '../client/index.js';
import { DEPTHS } from '../model/trigger.js';
import { isSymbol } from '../model/instrument.js';
import { analyze } from './analyze.js';
import type { AnalyzeOptions } from './analyze.js';
import { addGroupCommands } from './group-commands.js';
import { addGroupRunner } from './group-runner.js';
import { addTradingCommands } from './trading-commands.js';
import { addTriggerCommands } from './trigger-commands.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { ansi, plain } from './text.js';
import { rerun } from './rerun.js';
import { createToken, listTokens, revokeToken, type NewTokenOptions, type TokenOptions } from './token.js';
import { watch } from './watch.js';
import type { WatchOptions } from './watch.js';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 2_000_000)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
};
const whole = (text: string): number => {
  if (!Number.isInteger(positive(text))) throw new InvalidArgumentError('A whole number above 0 is needed.');
  return Number(text);
};
const weight = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value === 0 || (value >= 0.001 && value <= 1000))) throw new InvalidArgumentError('0 (on trial) or 0.001 to 1000 is needed.');
  return value;
};
const symbol = (text: string): string => {
  if (!isSymbol(text)) throw new InvalidArgumentError('A symbol is 1 to 20 of A-Z 0-9 . _ / -');
  return text;
};
const symbols = (text: string, before: string[] | undefined): string[] => [...(before ?? []), symbol(text)];
const url = (text: string): string => {
  try {
    endpoint(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return text;
};

/** Runs one command line (without `node` and the script); the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  const colours = terminal.stdout.isTTY === true && !terminal.env['NO_COLOR'];
  const paint = colours ? ansi : plain;

  const command = (name: string, parent: Command = program, options: CommandOptions = {}): Command => {
    const { CONCLAVE_URL, CONCLAVE_TOKEN } = terminal.env;
    const token = new Option('--token <jwt>', 'where the server wants one (env: CONCLAVE_TOKEN)');
    return parent.command(name, options)
      .option('--url <url>', 'of the server, ws:// or http:// (env: CONCLAVE_URL)', url, CONCLAVE_URL ? url(CONCLAVE_URL) : 'ws://127.0.0.1:8000')
      .addOption(CONCLAVE_TOKEN ? token.default(CONCLAVE_TOKEN, 'from CONCLAVE_TOKEN') : token)
      .option('--json', 'one JSON line per message, for pipes', false);
  };

  const program = new Command('conclave')
    .description('Watches and asks a Conclave server.')
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void terminal.stdout.write(text), writeErr: (text) => void terminal.stderr.write(text) })
    .addHelpText('after', `
Examples:
  $ conclave watch AAPL NVDA
  $ conclave analyze AAPL --depth fast
  $ conclave token analyst --name Momentum --owner alice
  $ conclave rerun 01a1fc15-38a9-7451-a94f-a39c40be1e78
  $ conclave approvals --watch
  $ conclave group --token cg_… --dry-run
  $ conclave trading halt --reason "news"
  $ conclave groups create --name my_bot --symbol BTCUSDT
${EXIT_CODES_HELP}`);

  try {
    command('watch').description('Follow symbols in a live table; message statistics at the end (Ctrl-C).')
      .argument('<symbols...>', 'such as AAPL or BTC/USD', symbols)
      .option('--for <seconds>', 'end after this time', positive)
      .option('--signals <n>', 'end after so many new signals', whole)
      .addHelpText('after', `
A cell such as B92 is a vote: Buy, Sell or Hold, with its confidence in percent; – abstains.
Without a terminal on stdout it prints one line per event. NO_COLOR turns colours off.

Examples:
  $ conclave watch AAPL NVDA
  $ conclave watch BTC/USD --url http://127.0.0.1:8000 --for 60
  $ conclave watch AAPL --json --signals 1 | jq 'select(.type=="signal_update").data.action'
${EXIT_CODES_HELP}`)
      .action(async (wanted: string[], options: WatchOptions) => {
        exitCode = await watch(wanted, options, terminal, paint);
      });

    command('analyze').description('Ask the panel for one run: each vote as it lands, then the verdict.')
      .argument('<symbol>', 'such as AAPL or BTC/USD', symbol)
      .addOption(new Option('--depth <depth>', 'how deep the panel looks').choices(DEPTHS))
      .option('--timeout <seconds>', 'from start to verdict', positive, 40)
      .addHelpText('after', `
Examples:
  $ conclave analyze AAPL
  $ conclave analyze AAPL --depth fast --json | tail -1
${EXIT_CODES_HELP}`)
      .action(async (wanted: string, options: AnalyzeOptions) => {
        exitCode = await analyze(wanted, options, terminal, paint);
      });

    command('rerun').description('Build runs again from their stored inputs, without asking anybody, and compare.')
      .argument('<run_ids...>', 'as a signal names them')
      .addHelpText('after', `
Rules are asked again, models answer from the log, remote analysts vote as they did.

Examples:
  $ conclave rerun 01a1fc15-38a9-7451-a94f-a39c40be1e78
${EXIT_CODES_HELP}`)
      .action(async (runIds: string[], options: TokenOptions) => {
        exitCode = await rerun(runIds, options, terminal);
      });

    const tokens = program.command('token').description('Tokens of remote analysts; needs the scope admin where the server wants a token.');
    command('analyst', tokens).description('Make a token for a program that votes; shown once.')
      .requiredOption('--name <name>', 'what it is called; its agent_id is made of it')
      .requiredOption('--owner <owner>', 'all analysts of one owner are one voter')
      .option('--weight <weight>', '0 (on trial) or 0.001 to 1000; without it 1', weight)
      .action(async (options: NewTokenOptions) => {
        exitCode = await createToken(options, terminal);
      });
    command('list', tokens).description('Who has a token.').action(async (options: TokenOptions) => {
      exitCode = await listTokens(options, terminal);
    });
    command('revoke', tokens).description('Take a token back; its connection ends at once.').argument('<agent_id>', 'as `token list` shows it')
      .action(async (agentId: string, options: TokenOptions) => {
        exitCode = await revokeToken(agentId, options, terminal);
      });

    addGroupRunner(program, url, terminal, paint, (code) => (exitCode = code));
    addTradingCommands(program, command, terminal, paint, (code) => (exitCode = code));
    addGroupCommands(program, command, terminal, paint, (code) => (exitCode = code));
    addTriggerCommands(program, command, terminal, paint, (code) => (exitCode = code));

    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error instanceof InvalidArgumentError) terminal.stderr.write(`conclave: CONCLAVE_URL: ${error.message}\n`);
      return error.exitCode === 0 ? EXIT.done : EXIT.usage; // help that was asked for is 0
    }
    throw error;
  }
}
