import type { IncomingMessage, ServerResponse } from 'node:http';
import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { codedOf } from './coded.js';
import { problemOf } from './problem.js';

/** As pino's. */
export interface ErrorLog {
  error(fields: object, message: string): void;
}

/** Answers whatever a handler throws with `application/problem+json`; logs what is our own fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly isUnavailable: (error: unknown) => boolean,
    private readonly log: ErrorLog,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const request = host.switchToHttp().getRequest<IncomingMessage>();
    const { error, status } = codedOf(thrown, this.isUnavailable);
    if (error !== thrown && error.row.http >= 500) {
      this.log.error({ err: thrown, code: error.code, req_id: request.id }, 'A request failed');
    }
    if (response.headersSent) {
      // half an answer must not look like a whole one
      response.destroy();
      return;
    }
    const problem = problemOf(error, status);
    const body = JSON.stringify(problem.body);
    response.writeHead(problem.status, { ...problem.headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
  }
}
