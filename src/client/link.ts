import { Connection } from './connection.js';
import type { Frame } from './connection.js';
import { ConclaveError } from './error.js';
import type { Welcome } from './messages.js';
import type { ClientState, Settings } from './options.js';

export interface LinkEvents {
  state(state: ClientState): void;
  /** The socket is up: the place for `authenticate`, renewals and what waited. */
  opened(): void;
  frame(frame: Frame): void;
  unreadable(error: ConclaveError): void;
  /** This connection is gone; another follows, unless the state is `closed`. */
  lost(cause: ConclaveError): void;
}

/** One connection after another, until a close that would only repeat itself. */
export class Link {
  #connection: Connection | null = null;
  #attempt = 0;
  #welcomes = 0;
  #state: ClientState = { name: 'connecting', attempt: 0 };
  #stable: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #up = false;

  /** @param address the URL to dial, asked anew each time */
  constructor(private readonly settings: Settings, private readonly address: () => string, private readonly events: LinkEvents) {}

  get state(): ClientState {
    return this.#state;
  }

  /** True while frames can be sent. */
  get up(): boolean {
    return this.#up;
  }

  start(): void {
    if (this.#state.name === 'closed') return;
    this.#attempt += 1;
    this.#become({ name: 'connecting', attempt: this.#attempt });
    const address = this.address();
    const shown = address.replace(/\?.*/, ''); // the query says who this is
    this.#connection = new Connection(new this.settings.WebSocket(address), shown, this.settings, {
      opened: () => {
        this.#up = true;
        this.events.opened();
      },
      frame: (frame) => this.#receive(frame),
      unreadable: (error) => this.events.unreadable(error),
      ended: (cause) => this.#ended(cause),
    });
  }

  send(frame: object): void {
    this.#connection?.send(frame);
  }

  /** Gives this connection up as broken and takes another. */
  drop(cause: ConclaveError): void {
    this.#connection?.drop(cause);
  }

  /** For good; `cause` is null where the user wanted it. */
  close(cause: ConclaveError | null): void {
    if (this.#state.name === 'closed') return;
    clearTimeout(this.#retry);
    clearTimeout(this.#stable);
    this.#up = false;
    this.#connection?.close();
    this.#become({ name: 'closed', cause });
  }

  #receive(frame: Frame): void {
    if (frame.type === 'welcome') {
      this.#stable = setTimeout(() => (this.#attempt = 0), this.settings.stableAfterMs);
      this.#become({ name: 'open', welcome: frame.data as Welcome, reconnects: this.#welcomes++ });
    }
    this.events.frame(frame);
  }

  #ended(cause: ConclaveError): void {
    clearTimeout(this.#stable);
    this.#up = false;
    this.#connection = null;
    if (!cause.retryable || (this.#welcomes === 0 && this.#attempt >= this.settings.firstAttempts)) {
      this.close(cause);
      this.events.lost(cause);
      return;
    }
    const delayMs = this.settings.backoff(Math.max(1, this.#attempt), cause);
    this.#retry = setTimeout(() => this.start(), delayMs);
    this.events.lost(cause);
    if (this.#state.name !== 'closed') this.#become({ name: 'waiting', attempt: this.#attempt, delayMs, cause });
  }

  #become(state: ClientState): void {
    this.#state = state;
    this.events.state(state);
  }
}
