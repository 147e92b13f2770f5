import type { LoggerService } from '@nestjs/common';
import type { Log } from './logger.js';

/** What Nest itself says goes to the same log; its start-up chatter is for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly to: Log) {}

  log(message: unknown, context?: string): void {
    this.to.debug({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'ExceptionHandler') return; // a start that fails is told once, by whoever started
    if (message instanceof Error) this.to.error({ err: message }, message.message);
    else this.to.error({ rest }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.to.warn({ context }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    this.to.fatal({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.to.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.to.trace({ context }, String(message));
  }
}
