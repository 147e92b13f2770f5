import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Names of fields that hold secrets, wherever they stand in what is logged. */
const SECRETS = ['token', 'authorization', 'password', 'secret', 'apiKey', 'api_key', 'cookie'];

/** JSON lines to standard output, or lines for people where a terminal reads. */
export function createLogger(level: string, forPeople: boolean): Log {
  return pino({
    level,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    ...(forPeople ? { transport: { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' } } } : {}),
  });
}
