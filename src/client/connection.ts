import { closeError, connectError } from './close-codes.js';
import { ConclaveError, errorFromWire } from './error.js';
import type { WebSocketLike } from './websocket.js';

/** One frame from the server. */
export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly data?: unknown;
}

export interface ConnectionEvents {
  opened(): void;
  frame(frame: Frame): void;
  /** A frame that is not JSON with a `type`. */
  unreadable(error: ConclaveError): void;
  /** Once, at the end, unless `close()` was called. */
  ended(cause: ConclaveError): void;
}

export interface ConnectionTimes {
  /** From dialling to the first frame. */
  readonly connectTimeoutMs: number;
  /** After this long in silence a ping; after as long again without a frame the connection is lost. */
  readonly heartbeatMs: number;
}

const CLOSE_GRACE_MS = 1_000;

/** One socket's life: opening, frames, heartbeat, end. */
export class Connection {
  #up = false;
  #over = false;
  #heard = false;
  #pinged = false;
  #said: ConclaveError | null = null;
  #failure = '';
  readonly #opening: ReturnType<typeof setTimeout>;
  #beat: ReturnType<typeof setInterval> | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly socket: WebSocketLike,
    private readonly url: string,
    times: ConnectionTimes,
    private readonly events: ConnectionEvents,
  ) {
    this.#opening = setTimeout(() => {
      this.drop(connectError(url, `no welcome within ${times.connectTimeoutMs} ms`));
    }, times.connectTimeoutMs);
    socket.addEventListener('open', () => {
      if (this.#over) return;
      this.#up = true;
      this.#beat = setInterval(() => this.#checkPulse(), times.heartbeatMs);
      events.opened();
    });
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    // stays attached to the end: `ws` throws errors that nobody listens to
    socket.addEventListener('error', (event) => {
      this.#failure = 'message' in event ? String(event.message) : '';
    });
    socket.addEventListener('close', ({ code, reason }) => {
      clearTimeout(this.#grace);
      this.#end(this.#up ? closeError(code, reason, this.#said) : connectError(url, this.#failure));
    });
  }

  /** Written at once; the socket keeps the order. Nothing after the end. */
  send(frame: object): void {
    if (!this.#over) this.socket.send(JSON.stringify(frame));
  }

  /** Ends it as broken: `ended` is called at once, without waiting for the other side. */
  drop(cause: ConclaveError): void {
    if (this.#over) return;
    this.#hangUp();
    this.#end(cause);
  }

  /** Ends it in peace; `ended` is not called. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopTimers();
    this.#hangUp();
  }

  #receive(data: unknown): void {
    if (this.#over) return;
    clearTimeout(this.#opening);
    this.#heard = true;
    const frame = parse(data);
    if (frame === null) {
      this.events.unreadable(new ConclaveError('BAD_JSON', `${this.url} sent a frame that is not JSON with a type`, false));
      return;
    }
    // what it said last before it closes is why it closes
    this.#said = frame.type === 'error' && frame.id === undefined ? errorFromWire(frame.data) : null;
    this.events.frame(frame);
  }

  #checkPulse(): void {
    if (this.#heard) {
      this.#heard = false;
      this.#pinged = false;
    } else if (this.#pinged) {
      this.drop(new ConclaveError('HEARTBEAT_TIMEOUT', 'The server was silent and did not answer a ping', true));
    } else {
      this.#pinged = true;
      this.send({ type: 'ping' });
    }
  }

  #hangUp(): void {
    this.socket.close(1000);
    this.#grace = setTimeout(() => this.socket.terminate?.(), CLOSE_GRACE_MS);
  }

  #end(cause: ConclaveError): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopTimers();
    this.events.ended(cause);
  }

  #stopTimers(): void {
    clearTimeout(this.#opening);
    clearInterval(this.#beat);
  }
}

function parse(data: unknown): Frame | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    if (typeof frame !== 'object' || frame === null || !('type' in frame) || typeof frame.type !== 'string') return null;
    return frame as Frame;
  } catch {
    return null; // the caller reports it
  }
}
