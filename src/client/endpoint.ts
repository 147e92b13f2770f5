import type { Position } from './messages.js';

const SCHEMES: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };

/**
 * The signals endpoint of a server: `http(s)` becomes `ws(s)`, and a bare host gets the path `/ws/signals`.
 * @throws TypeError on what is no such URL, with an example of one that is
 */
export function endpoint(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const scheme = parsed === null ? undefined : SCHEMES[parsed.protocol];
  if (parsed === null || scheme === undefined || parsed.host === '') {
    throw new TypeError(`"${url}" is not a server's URL: write it like ws://127.0.0.1:8000 or https://signals.example.com`);
  }
  parsed.protocol = scheme;
  parsed.hash = '';
  if (parsed.pathname === '' || parsed.pathname === '/') parsed.pathname = '/ws/signals';
  return parsed;
}

/** The address to dial: who comes back, and where it stands in the rooms that are joined by themselves. Never a token. */
export function dialAddress(base: URL, clientId: string | null, since: Readonly<Record<string, Position>>): string {
  const address = new URL(base);
  if (clientId !== null) address.searchParams.set('client_id', clientId);
  if (Object.keys(since).length > 0) address.searchParams.set('since', JSON.stringify(since));
  return address.href;
}
