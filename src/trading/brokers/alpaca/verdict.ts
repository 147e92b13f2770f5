import type { ApiError } from '@alpacahq/alpaca-trade-api';

/** What an answer that is no success says of the request. */
export type Verdict =
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string }
  /** 429: it was not looked at. */
  | { readonly kind: 'limited'; readonly afterMs: number | null }
  /** Nothing certain: it may have been taken. */
  | { readonly kind: 'silent'; readonly timedOut: boolean; readonly message: string };

/** The SDK's classes are loaded late, so it is known by its shape. */
const isApiError = (error: unknown): error is ApiError => error instanceof Error && 'status' in error && typeof error.status === 'number' && 'response' in error;

/** These 4xx do not say that the request was judged. */
const UNCERTAIN: ReadonlySet<number> = new Set([408, 409, 425]);
const isJson = ({ response }: ApiError): boolean => /\bjson\b/.test(response.headers.get('content-type') ?? '');

export function verdictOf(error: unknown): Verdict {
  if (!isApiError(error)) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
    const said = error instanceof Error ? error.message : String(error);
    return { kind: 'silent', timedOut: cause?.name === 'TimeoutError', message: cause ? `${said}: ${cause.message}` : said };
  }
  const { status } = error;
  if (status === 429) return { kind: 'limited', afterMs: error.retryAfterMs ?? null };
  // A refusal is Alpaca's only where it is JSON: a page of some proxy on the way is not.
  if (status >= 400 && status < 500 && !UNCERTAIN.has(status) && isJson(error)) {
    return { kind: 'refused', status, code: `ALPACA_${error.code ?? status}`, message: `Alpaca refused it: ${error.message}` };
  }
  return { kind: 'silent', timedOut: false, message: `Alpaca answered ${status}: ${error.message.slice(0, 200)}` };
}

/** Alpaca has the order already. */
export const isDuplicate = (verdict: Verdict): boolean => verdict.kind === 'refused' && verdict.status === 422 && /client_order_id must be unique/i.test(verdict.message);
