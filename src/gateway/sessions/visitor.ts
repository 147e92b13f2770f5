import type { Position } from '../../rooms/message.js';
import type { Session } from './session.js';
import type { Subscriptions } from './subscriptions.js';

/** A session with its rooms: what a command acts on. */
export interface Visitor {
  readonly session: Session;
  readonly rooms: Subscriptions;
  /** Where the client said, on connecting, that it stands. */
  readonly since: ReadonlyMap<string, Position>;
}
