import { QueryClient } from '@tanstack/react-query';
import { auth, tokenNeeded } from './auth.js';

/** A refusal by the REST API (`application/problem+json`), or `CANNOT_CONNECT`. @public */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** 0 where the server named no wait. */
    readonly retryAfterMs = 0,
    readonly errors: readonly { readonly path: string; readonly message: string }[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `/api/x?a=1`; what is null or undefined is left out. */
function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value == null ? [] : [[key, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const { token } = auth.get();
  const headers = { ...(init.headers as Record<string, string>), ...(token !== null && { Authorization: `Bearer ${token}` }) };
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'CANNOT_CONNECT', 'The server does not answer');
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401) tokenNeeded(problem.message);
  throw problem;
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { code, detail, title, errors, retry_after_ms: wait } = JSON.parse(text) as Record<string, unknown>;
    return new ApiError(response.status, String(code), String(detail ?? title), typeof wait === 'number' ? wait : 0, Array.isArray(errors) ? (errors as ApiError['errors']) : []);
  } catch {
    return new ApiError(response.status, 'INTERNAL', `The server answered ${response.status} ${response.statusText}`); // a proxy's page
  }
}

/** @throws ApiError */
export const get = async <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  (await (await ask(address(path, query), signal ? { signal } : {})).json()) as T;

/** @throws ApiError. Resolves with `undefined` where the answer is empty. @public */
export async function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await ask(path, { method, headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers }, ...json });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** An answer as a file, such as an export: with the token in a header, which a link could not send. @public */
export async function download(path: string, fileName: string, query?: Query): Promise<void> {
  const href = URL.createObjectURL(await (await ask(address(path, query), {})).blob());
  const link = Object.assign(document.createElement('a'), { href, download: fileName });
  link.click();
  URL.revokeObjectURL(href);
}

/** A list's page: `next` is the cursor for what follows. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** All items of a list, page by page. @throws ApiError */
export async function all<Item>(path: string, signal?: AbortSignal): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<Item> = await get<Page<Item>>(path, { limit: 500, cursor }, signal);
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

declare module '@tanstack/react-query' {
  interface Register {
    /** `unlogged`: no room says all that changes this (prices, candles, accounts), so it is asked anew after each break. */
    queryMeta: { readonly unlogged?: boolean };
  }
}

const TRIES = 3;

/**
 * Nothing is asked again by time: rooms say what is new. A page that opens shows what it knew and asks anew, as nobody
 * has listened meanwhile; after a gap everything shown is asked anew (live.ts). What the server refuses is not tried
 * again; what did not reach it is.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 0,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: 'always',
      retry: (failures, error) => failures < TRIES && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
