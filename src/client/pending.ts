import { ConclaveError, errorFromWire } from './error.js';
import type { Frame } from './connection.js';

/** The server closes a connection that sends more (WIRE: one frame from a client). */
const FRAME_BYTES = 64 * 1024;

/** When the connection breaks before the answer: ask again on the next one, fail, or count it as done. */
export type WhenLost = 'again' | 'fail' | 'done';

export interface Command {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Waiting {
  readonly frame: Command & { readonly id: string };
  readonly whenLost: WhenLost;
  readonly answered: (data: unknown) => void;
  readonly failed: (error: ConclaveError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
  sent: boolean;
}

/** Commands that wait for their answer, in the order of asking. */
export class PendingCommands {
  readonly #waiting = new Map<string, Waiting>();
  #nextId = 1;

  /** @param prefix of the ids, where several share a connection */
  constructor(private readonly timeoutMs: number, private readonly prefix = '') {}

  /**
   * `answered` runs in the very turn in which the answer is read, before any frame that follows it.
   * The time limit counts from here, waiting for a connection included.
   */
  add(command: Command, whenLost: WhenLost, answered: Waiting['answered'], failed: Waiting['failed']): void {
    const id = `${this.prefix}${this.#nextId++}`;
    const frame = { ...command, id };
    const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
    if (bytes > FRAME_BYTES) {
      failed(new ConclaveError('FRAME_TOO_LARGE', `${command.type} has ${bytes} bytes, at most ${FRAME_BYTES} are accepted: ask in parts`, false));
      return;
    }
    const timer = setTimeout(() => {
      this.#take(id)?.failed(new ConclaveError('TIMEOUT', `No answer to ${command.type} within ${this.timeoutMs} ms`, true));
    }, this.timeoutMs);
    this.#waiting.set(id, { frame, whenLost, answered, failed, timer, sent: false });
  }

  /** Sends what was not sent on this connection. */
  flush(send: (frame: object) => void): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.sent) continue;
      waiting.sent = true;
      send(waiting.frame);
    }
  }

  has(type: string): boolean {
    return [...this.#waiting.values()].some(({ frame }) => frame.type === type);
  }

  /** True where the frame was the answer to a command. */
  settle(frame: Frame): boolean {
    if (frame.id === undefined) return false;
    const waiting = this.#take(frame.id);
    if (waiting === undefined) return false;
    if (frame.type === 'error') waiting.failed(errorFromWire(frame.data));
    else answer(waiting, frame.data);
    return true;
  }

  /** The connection is gone. */
  lost(cause: ConclaveError): void {
    for (const [id, waiting] of [...this.#waiting]) {
      if (!waiting.sent) continue;
      waiting.sent = false;
      if (waiting.whenLost === 'again') continue;
      this.#take(id);
      if (waiting.whenLost === 'done') waiting.answered(undefined);
      else waiting.failed(new ConclaveError('CONNECTION_LOST', `The connection broke before ${waiting.frame.type} was answered: ${cause.message}`, true));
    }
  }

  /** Nothing will be answered any more. */
  fail(cause: ConclaveError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.failed(cause);
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    return waiting;
  }
}

function answer({ frame, answered, failed }: Waiting, data: unknown): void {
  try {
    answered(data);
  } catch (error) {
    failed(new ConclaveError('INTERNAL', `The answer to ${frame.type} is not of its kind: ${String(error)}`, false));
  }
}
