import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Options } from 'pino-http';
import { redactUrl } from '../auth/redact-url.js';
import type { ClientAddress } from '../limits/client-address.js';

const PROBES = new Set(['/live', '/ready', '/metrics']);
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

interface SerializedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw: IncomingMessage;
}

/**
 * Options of pino-http. Headers are named that are logged, so that no credential is (`Authorization`, cookies, and
 * whatever a proxy adds); secrets in URLs are masked. Probes that succeed say nothing.
 */
export const httpLogging = (logger: Logger, addressOf: ClientAddress): Options => ({
  logger,
  genReqId: requestId,
  quietReqLogger: true,
  autoLogging: true,
  customLogLevel: (request, response, error) => {
    if (PROBES.has(pathOf(request))) return 'silent'; // what a probe finds is in its answer
    if (response.statusCode < 400 && pathOf(request).startsWith('/assets/')) return 'debug'; // each visit of the dashboard brings twenty of them
    if (response.statusCode === 503) return 'warn'; // a refusal, not a fault
    return error || response.statusCode >= 500 ? 'error' : 'info';
  },
  // the error that pino-http makes of a status of 500 and up has nobody's stack
  customErrorObject: (_request, response, _error, fields: { err?: unknown }) => (response.err ? fields : { ...fields, err: undefined }),
  serializers: {
    req: ({ id, method, url, headers = {}, raw }: SerializedRequest) => ({
      id,
      method,
      url: redactUrl(url),
      remote_address: addressOf(raw),
      user_agent: headers['user-agent'],
      origin: headers['origin'],
    }),
    res: ({ statusCode }: { readonly statusCode: number }) => ({ status: statusCode }),
  },
});

/** Another's request id where it is harmless, else a new one; always said back. */
const requestId = (request: IncomingMessage, response: ServerResponse): string => {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
};

// express shortens `url` below a mounted router
const pathOf = (request: IncomingMessage & { originalUrl?: string }): string =>
  (request.originalUrl ?? request.url ?? '').split('?', 1)[0]!;
