import { endpoint, jitteredBackoff } from '../client/index.js';
import { closeError, connectError } from '../client/close-codes.js';
import { Discussing } from '../groups/runner/discussion.js';
import { GroupService, type ServiceEnd } from '../groups/runner/group-service.js';
import type { LineNeeds } from '../groups/runner/line.js';
import { MarketReads } from '../groups/runner/market-reads.js';
import { Models } from '../groups/runner/models.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { groupLines, groupJson } from './group-lines.js';
import { complain, say, type Terminal } from './terminal.js';
import type { Paint } from './text.js';

export interface GroupOptions {
  readonly url: string;
  readonly token: string;
  /** For REST, where the server wants one. */
  readonly apiToken?: string;
  readonly dryRun: boolean;
  readonly once: boolean;
  readonly json: boolean;
}

const STOP_WITHIN_MS = 10_000;
const MODEL_WITHIN_MS = 45_000;
const REST: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };

/** Runs a trading group's service until Ctrl-C, `--once`, or an end that would only repeat itself. */
export async function group(options: GroupOptions, terminal: Terminal, paint: Paint): Promise<ExitCode> {
  const address = endpoint(options.url);
  const models = new Models(terminal.env, MODEL_WITHIN_MS);
  const service = new GroupService({
    line: lineTo(address, options.token), models,
    reads: new MarketReads(`${REST[address.protocol]}//${address.host}`, options.apiToken ?? null, terminal.now),
    discussing: new Discussing(models, () => performance.now()),
    tell: (told) => { for (const line of options.json ? [groupJson(told, terminal.now())] : groupLines(told, terminal.now(), paint)) say(terminal, line); },
    dryRun: options.dryRun, once: options.once, stopWithinMs: STOP_WITHIN_MS,
  });
  const stop = (): void => service.stop();
  if (terminal.interrupted.aborted) stop();
  terminal.interrupted.addEventListener('abort', stop, { once: true });
  const end = await service.run();
  terminal.interrupted.removeEventListener('abort', stop);
  return exitOf(end, terminal);
}

function lineTo(address: URL, token: string): LineNeeds {
  const url = new URL(address);
  url.pathname = '/ws/events';
  url.search = '';
  const shown = url.href;
  url.searchParams.set('trading_group_token', token);
  const backoff = jitteredBackoff();
  return {
    url: url.href,
    afterEnd: ({ code, reason }, attempt, wasEverUp) => {
      const cause = code === null ? connectError(shown, reason) : closeError(code, reason, null);
      if (cause.retryable && wasEverUp) return { afterMs: backoff(attempt, cause) };
      return code === 1008 ? { code: /^[A-Z_]+/.exec(reason)?.[0] ?? cause.code, message: reason.replace(/^[A-Z_]+(: )?/, '') } : { code: cause.code, message: cause.message };
    },
  };
}

/** What to do about it. */
const REMEDIES: Readonly<Record<string, string>> = {
  REPLACED: 'Another process has connected with this token: a group runs once. Stop the other, or give it a group of its own',
  TOKEN_INVALID: 'The server does not take this token: it was rotated, its group was deleted, or it is not a group’s. Make a new one with: npx conclave groups token <group>',
  CANNOT_CONNECT: 'Is the server running? Start it with: npm start',
  CONNECTION_LOST: 'Is the server running? Start it with: npm start',
};

function exitOf(end: ServiceEnd, terminal: Terminal): ExitCode {
  if (!('message' in end)) return EXIT.done;
  // what the server said of a token has its remedy
  const remedy = end.code === 'TOKEN_INVALID' && end.message !== '' ? undefined : REMEDIES[end.code];
  complain(terminal, `${end.code}: ${[end.message, remedy].filter(Boolean).join('. ')}`);
  if (end.code === 'NO_LEADER') return EXIT.noLeader;
  return end.code === 'CANNOT_CONNECT' || end.code === 'CONNECTION_LOST' ? EXIT.unreachable : EXIT.refused;
}
