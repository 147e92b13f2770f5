import type { CodedError } from '../../model/codes.js';
import type { Wire } from '../../rooms/outbox.js';

/** A client's connection, as its session sees it. */
export interface Transport extends Wire {
  /** For operators: `socketio`, `signals`, `symbols`, `stream`. */
  readonly kind: string;
  /** A probe that a live client answers by itself. */
  ping(): void;
  /** Says why and ends the connection, with the code's close code; retryable ones so that clients come back by themselves. */
  end(error: CodedError): void;
}

/** Where the answer to one command goes. */
export interface Reply {
  ok(data: unknown, kind?: AnswerKind): void;
  error(error: CodedError): void;
}

/** On raw sockets `pong` and `status` are themselves the answer. */
export type AnswerKind = 'ack' | 'pong' | 'status';
