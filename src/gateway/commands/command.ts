import type { Scope } from '../../model/scope.js';
import type { AnswerKind } from '../sessions/transport.js';
import type { Visitor } from '../sessions/visitor.js';
import { validated } from './validate.js';

/** What a command comes to: the answer, and what follows once the answer is on its way. */
export interface Answer {
  readonly data: unknown;
  readonly kind?: AnswerKind;
  readonly after?: () => void;
  /** In place of the answer, where the client has gone meanwhile. */
  readonly abandoned?: () => void;
}

/** A row of the table of commands. */
export interface Command {
  /** null: also for those who have not authenticated yet. */
  readonly scope: Scope | null;
  /** What its payload is checked against. */
  readonly fields: new () => object;
  /** @throws CodedError VALIDATION_ERROR, and what the command itself refuses */
  perform(visitor: Visitor, payload: unknown): Answer | Promise<Answer>;
}

export const command = <T extends object>(
  cls: new () => T,
  scope: Scope | null,
  handler: (visitor: Visitor, fields: T) => Answer | Promise<Answer>,
): Command => ({ scope, fields: cls, perform: (visitor, payload) => handler(visitor, validated(cls, payload)) });
