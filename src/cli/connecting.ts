import { WebSocket } from 'ws';
import { connect, ConclaveError } from '../client/index.js';
import type { ConclaveClient, ConnectOptions } from '../client/index.js';
import { EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { complain } from './terminal.js';
import type { Terminal } from './terminal.js';

export interface ServerOptions {
  readonly url: string;
  readonly token?: string;
}

/** A client over `ws` that gives up at once where nobody answers, and later holds on through broken connections. */
export const connectTo = ({ url, token }: ServerOptions, options: Partial<ConnectOptions>): ConclaveClient =>
  connect({ url, ...(token && { token }), WebSocket, firstAttempts: 1, ...options });

/** Says on stderr why a command failed; returns its exit code. */
export function explain(error: unknown, terminal: Terminal): ExitCode {
  if (!(error instanceof ConclaveError)) throw error;
  if (error.code === 'CANNOT_CONNECT' || error.code === 'CONNECTION_LOST') {
    complain(terminal, `${error.message}. Is the server running? Start it with: npm start`);
    return EXIT.unreachable;
  }
  const details = error.details.filter(({ message }) => !error.message.includes(message)).map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  const remedy = error.code === 'UNAUTHENTICATED' ? '\n  Give the token with --token, or in CONCLAVE_TOKEN' : '';
  complain(terminal, `${error.code}: ${error.message}${details}${remedy}`);
  return error.code === 'TIMEOUT' ? EXIT.timeout : EXIT.refused;
}
