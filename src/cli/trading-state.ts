import type { ServerOptions } from './connecting.js';
import type { ExitCode } from './exit-codes.js';
import { rest } from './rest.js';
import { say, type Terminal } from './terminal.js';
import { clean } from './text.js';
import { answered } from './token.js';

export interface StateOptions extends ServerOptions {
  readonly json: boolean;
}
export interface SetStateOptions extends StateOptions {
  readonly account?: string;
  readonly reason?: string;
}

interface Scope {
  readonly account_id?: string;
  readonly state: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly by: string | null;
  readonly since: string | null;
}

const PATH = '/api/trading/state';

export const showState = (options: StateOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  print(await rest(options, 'GET', PATH), options, terminal);
});

export const setState = (state: 'ACTIVE' | 'REDUCING' | 'HALTED', options: SetStateOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const { account, reason } = options;
  print(await rest(options, 'POST', PATH, { state, ...(account !== undefined && { account_id: account }), ...(reason !== undefined && { reason }) }), options, terminal);
});

function print(answer: unknown, { json }: StateOptions, terminal: Terminal): void {
  if (json) return say(terminal, JSON.stringify(answer));
  const { accounts = [], ...all } = answer as Scope & { readonly accounts?: readonly Scope[] };
  say(terminal, line('trading', all));
  for (const account of accounts) say(terminal, line(`  ${account.account_id ?? ''}`, account));
}

const line = (name: string, { state, code, reason, by, since }: Scope): string =>
  clean(`${name.padEnd(26)} ${state.padEnd(9)}${code ? ` ${code}` : ''}${reason ? `: ${reason}` : ''}${by ? `, by ${by}` : ''}${since ? `, since ${since}` : ''}`).trimEnd();
