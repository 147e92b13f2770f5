import type { Frame } from './connection.js';
import { ConclaveError } from './error.js';
import type { JoinedRoom } from './messages.js';
import { PendingCommands } from './pending.js';
import type { Gap } from './positions.js';
import type { Rooms } from './rooms.js';
import { renewalCommand } from './subscriptions.js';
import type { Renewal } from './subscriptions.js';

export interface SessionEvents {
  send(frame: object): void;
  /** This connection can't be brought to where the last one was: take another. */
  drop(cause: ConclaveError): void;
  /** No connection will do. */
  end(cause: ConclaveError): void;
  gap(gap: Gap): void;
  /** A room is lost: it is not renewed any more. */
  error(error: ConclaveError): void;
}

/** Brings each new connection to where the last one was: who it is, then which rooms, each from its last offset. */
export class Session {
  readonly #pending: PendingCommands;

  constructor(private readonly rooms: Rooms, timeoutMs: number, private readonly events: SessionEvents) {
    this.#pending = new PendingCommands(timeoutMs, 'session-');
  }

  begin(token: string | undefined): void {
    if (token !== undefined) this.#authenticate(token);
    for (const renewal of this.rooms.subscriptions.renewals()) this.#renew(renewal);
    this.#pending.flush((frame) => this.events.send(frame));
  }

  settle(frame: Frame): boolean {
    return this.#pending.settle(frame);
  }

  /** The connection is gone: the next one begins anew. */
  lost(cause: ConclaveError): void {
    this.#pending.fail(new ConclaveError('CONNECTION_LOST', cause.message, true));
  }

  #authenticate(token: string): void {
    this.#pending.add({ type: 'authenticate', token }, 'fail', () => undefined, (error) => {
      if (error.code === 'CONNECTION_LOST') return;
      if (error.retryable) this.events.drop(error);
      else this.events.end(error);
    });
  }

  #renew(renewal: Renewal): void {
    const since = this.rooms.since(renewal.rooms);
    const answered = (data: unknown): void => {
      for (const room of (data as { rooms: readonly JoinedRoom[] }).rooms) {
        const gap = this.rooms.joined(room, since[room.room], renewal.types);
        if (gap !== null) this.events.gap(gap);
      }
    };
    this.#pending.add(renewalCommand(renewal, since), 'fail', answered, (error) => this.#notRenewed(renewal, error));
  }

  #notRenewed({ rooms, types }: Renewal, error: ConclaveError): void {
    if (error.code === 'CONNECTION_LOST') return;
    if (error.retryable) return this.events.drop(error);
    const [only] = rooms;
    if (rooms.length === 1 && only !== undefined) {
      this.rooms.subscriptions.remove(only);
      this.rooms.positions.forget(only);
      this.events.error(new ConclaveError(error.code, `${only} was not renewed: ${error.message}`, false, error.details, error.extra));
      return;
    }
    // all or nothing was refused: each room on its own
    for (const room of rooms) this.#renew({ rooms: [room], types });
    this.#pending.flush((frame) => this.events.send(frame));
  }
}
