import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { TestServer } from './server.js';

// the tests read what the contract promises
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = any;

const ROOT = resolve(import.meta.dirname, '../..');

/** Asks the server's REST; @throws Error with its answer where it is no success */
export async function rest(server: TestServer, method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<Body> {
  const answer = await fetch(server.url + path, { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text) as unknown;
}

export interface NewGroup {
  readonly group_id: string;
  readonly token: string;
  readonly account_id: string;
}

export const newGroup = (server: TestServer, name: string, more: object = {}): Promise<NewGroup> =>
  rest(server, 'POST', '/api/groups', { name, market: 'crypto', symbol: 'BTCUSDT', interval: '1m', leverage: 2, margin_usd: 100, position_mode: 'oneway', ...more });

export interface Running {
  readonly child: ChildProcess;
  /** Both streams so far. */
  output(): string;
  /** Its exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

const children = new Set<ChildProcess>();

/** A program of the project's folder with these variables alone. */
export function runProgram(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(command, args, { cwd: ROOT, env: { PATH: process.env['PATH'], PYTHONIOENCODING: 'utf-8', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { text += part.toString(); });
  return { child, output: () => text, ended: new Promise((done) => child.once('close', (code) => { children.delete(child); done(code); })) };
}

/** Ends what still runs. */
export function endPrograms(): void {
  for (const child of children) child.kill('SIGKILL');
}
