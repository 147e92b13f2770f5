import { destination, multistream, pino, transport, type DestinationStream, type Logger } from 'pino';
import type { LogLines } from './log-lines.js';

export type Log = Logger;

/** Names of fields that hold secrets, wherever they stand in what is logged. */
const SECRETS = ['token', 'authorization', 'password', 'secret', 'apiKey', 'api_key', 'cookie'];

/** JSON lines to standard output, or lines for people where a terminal reads; from `info` up also to `lines`. */
export function createLogger(level: string, forPeople: boolean, lines: LogLines): Log {
  const out = forPeople
    ? transport({ target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' } }) as DestinationStream
    : destination(1);
  const options = { level, redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' } };
  return pino(options, multistream([{ stream: out, level: 'trace' }, { stream: lines, level: 'info' }]));
}
