import { explain, type ServerOptions } from './connecting.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { pages, rest } from './rest.js';
import { say, type Terminal } from './terminal.js';
import { clean } from './text.js';

export interface TokenOptions extends ServerOptions {
  readonly json: boolean;
}

export interface NewTokenOptions extends TokenOptions {
  readonly name: string;
  readonly owner: string;
  readonly weight?: number;
}

interface AnalystToken {
  readonly agent_id: string;
  readonly name: string;
  readonly owner: string;
  readonly weight: number;
  readonly created_at?: string;
  readonly token?: string;
}

const PATH = '/api/analyst-tokens';

/** Makes a token for a remote analyst and prints it, this once. */
export const createToken = (options: NewTokenOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const { name, owner, weight } = options;
  const made = await rest(options, 'POST', PATH, { name, owner, ...(weight !== undefined && { weight }) }) as AnalystToken;
  if (options.json) return say(terminal, JSON.stringify(made));
  say(terminal, `${made.agent_id} of ${clean(made.owner)}, weight ${made.weight}. Its token is not shown again:`);
  say(terminal, made.token!);
  say(terminal, 'Connect to /ws/analysts?analyst_token=…, or send it as Authorization: Bearer; examples/analyst.ts shows how.');
});

export const listTokens = (options: TokenOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  const items = await pages<AnalystToken>(options, PATH);
  if (options.json) for (const item of items) say(terminal, JSON.stringify(item));
  else if (items.length === 0) say(terminal, 'No remote analyst has a token: npx conclave token analyst --name … --owner …');
  else for (const { agent_id: id, name, owner, weight, created_at: at } of items) say(terminal, `${id.padEnd(24)} ${clean(name)}, of ${clean(owner)}, weight ${weight}, since ${at}`);
});

export const revokeToken = (agentId: string, options: TokenOptions, terminal: Terminal): Promise<ExitCode> => answered(terminal, async () => {
  await rest(options, 'DELETE', `${PATH}/${encodeURIComponent(agentId)}`);
  if (!options.json) say(terminal, `The token of ${clean(agentId)} is revoked, and its connection closed`);
});

export async function answered(terminal: Terminal, act: () => Promise<ExitCode | void>): Promise<ExitCode> {
  try {
    return await act() ?? EXIT.done;
  } catch (error) {
    return explain(error, terminal);
  }
}
