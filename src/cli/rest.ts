import { ConclaveError, endpoint } from '../client/index.js';
import type { ServerOptions } from './connecting.js';

const WITHIN_MS = 60_000;
const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/**
 * One request to the server's REST interface; the body of its answer, undefined where it has none.
 * @throws ConclaveError with the server's code; CANNOT_CONNECT where nobody answers; `HTTP_<status>` where something else than Conclave does
 */
export async function rest(options: ServerOptions, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
  const address = endpoint(options.url);
  const url = `${SCHEMES[address.protocol] ?? address.protocol}//${address.host}${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method, signal: AbortSignal.timeout(WITHIN_MS),
      headers: { ...(options.token && { authorization: `Bearer ${options.token}` }), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new ConclaveError('TIMEOUT', `No answer from ${address.host} within ${WITHIN_MS / 1000} s`, true);
    throw new ConclaveError('CANNOT_CONNECT', `Cannot connect to ${address.host}`, true);
  }
  const text = await response.text();
  if (response.ok && text === '') return undefined;
  const answer = jsonIn(text);
  if (response.ok && answer !== undefined) return answer;
  const problem = (response.ok ? null : answer) as Problem | null | undefined;
  if (problem?.code === undefined) throw new ConclaveError(`HTTP_${response.status}`, `${address.host} answers, but not as a Conclave server does: is the URL right?`, false);
  throw new ConclaveError(problem.code, problem.detail ?? problem.title ?? '', false, problem.errors ?? []);
}

/** undefined where it is none, such as a page of another server or of a proxy. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** All items of a list, page by page. */
export async function pages<Item>(options: ServerOptions, path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<readonly Item[]> {
  const items: Item[] = [];
  const asked = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (let cursor: string | null = null; ;) {
    const params = new URLSearchParams([...asked, ['limit', '500']]);
    if (cursor !== null) params.set('cursor', cursor);
    const page = await rest(options, 'GET', `${path}?${params.toString()}`) as { readonly items: readonly Item[]; readonly next: string | null };
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}
