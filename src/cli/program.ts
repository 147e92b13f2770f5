import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { endpoint } from '../client/index.js';
import { DEPTHS } from '../model/trigger.js';
import { isSymbol } from '../model/instrument.js';
import { analyze } from './analyze.js';
import type { AnalyzeOptions } from './analyze.js';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { ansi, plain } from './text.js';
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

  const command = (name: string): Command => {
    const { CONCLAVE_URL, CONCLAVE_TOKEN } = terminal.env;
    const token = new Option('--token <jwt>', 'where the server wants one (env: CONCLAVE_TOKEN)');
    return program.command(name)
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

    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error instanceof InvalidArgumentError) terminal.stderr.write(`conclave: CONCLAVE_URL: ${error.message}\n`);
      return error.code === 'commander.helpDisplayed' ? EXIT.done : EXIT.usage;
    }
    throw error;
  }
}
