import { Option, type Command } from 'commander';
import { EXIT_CODES_HELP, type ExitCode } from './exit-codes.js';
import { group, type GroupOptions } from './group.js';
import type { Terminal } from './terminal.js';
import type { Paint } from './text.js';

/** `group`: its token is the group's, so it has options of its own. */
export function addGroupRunner(program: Command, url: (text: string) => string, terminal: Terminal, paint: Paint, ends: (code: ExitCode) => void): void {
  const { CONCLAVE_URL, CONCLAVE_TOKEN, CONCLAVE_GROUP_TOKEN } = terminal.env;
  const token = new Option('--token <token>', 'the group’s, cg_… (env: CONCLAVE_GROUP_TOKEN)');
  const apiToken = new Option('--api-token <jwt>', 'for market data over REST, where the server wants one (env: CONCLAVE_TOKEN)');
  program.command('group').description('Run a trading group: its members discuss each event, its leader decides, what it decides is sent as an order.')
    .addOption(CONCLAVE_GROUP_TOKEN ? token.default(CONCLAVE_GROUP_TOKEN, 'from CONCLAVE_GROUP_TOKEN') : token.makeOptionMandatory())
    .option('--url <url>', 'of the server, ws:// or http:// (env: CONCLAVE_URL)', url, CONCLAVE_URL ? url(CONCLAVE_URL) : 'ws://127.0.0.1:8000')
    .addOption(CONCLAVE_TOKEN ? apiToken.default(CONCLAVE_TOKEN, 'from CONCLAVE_TOKEN') : apiToken)
    .option('--dry-run', 'decide and log, never trade', false)
    .option('--once', 'end after the first event that was discussed', false)
    .option('--json', 'one JSON line for each thing that happens, for pipes', false)
    .addHelpText('after', `
Members and roles come from the server. A member with a model asks it where this process has OPENAI_API_KEY or OPENAI_BASE_URL (of a
provider "deepseek": DEEPSEEK_API_KEY and DEEPSEEK_BASE_URL); OPENAI_MODEL names the model of members that name none. Without one the
members of the four analyst roles and the leader go by rules, and those of other roles abstain.

Examples:
  $ conclave group --token cg_… --dry-run
  $ CONCLAVE_GROUP_TOKEN=cg_… conclave group --json | jq 'select(.type=="decision")'
${EXIT_CODES_HELP}`)
    .action(async (options: GroupOptions) => ends(await group(options, terminal, paint)));
}
