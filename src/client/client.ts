import type { Depth } from '../model/trigger.js';
import type { Frame } from './connection.js';
import { callOut, Dispatch } from './dispatch.js';
import type { Handler } from './dispatch.js';
import { dialAddress, endpoint } from './endpoint.js';
import { ConclaveError, errorFromWire } from './error.js';
import { Link } from './link.js';
import type {
  AlertCondition, AlertSet, AnalysisAccepted, Authenticated, JoinedRoom, Message, MessageType, Position, Replayed, ReplayRequest, Status, Welcome,
} from './messages.js';
import { withDefaults } from './options.js';
import type { ClientState, ConnectOptions, Settings } from './options.js';
import { PendingCommands } from './pending.js';
import type { Command, WhenLost } from './pending.js';
import { Rooms } from './rooms.js';
import { Session } from './session.js';
import { sinceOf, targetFields } from './subscriptions.js';
import type { Since, Target } from './subscriptions.js';

export interface SubscribeOptions {
  /** Resume after this position: what was missed comes first. */
  readonly since?: Since;
  /** Only messages of these types. */
  readonly types?: readonly string[];
}

/**
 * A client of `/ws/signals` that outlives its connections: it reconnects with backoff, renews what was subscribed and
 * resumes each room from the last offset seen. A message is delivered once; what can't be had is reported to `onGap`.
 *
 * Commands asked without a connection wait for one, inside their time limit. All of them reject with `ConclaveError`:
 * the server's own codes, or `TIMEOUT`, `CONNECTION_LOST`, `CLOSED`.
 */
export class ConclaveClient {
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #session: Session;
  readonly #pending: PendingCommands;
  readonly #rooms = new Rooms();
  readonly #dispatch = new Dispatch();
  readonly #expectant = new Set<{ readonly welcomed: (welcome: Welcome) => void; readonly failed: (cause: ConclaveError) => void }>();
  #clientId: string | null;
  #token: string | undefined;

  /** @throws TypeError where the URL is none, Error where there is no WebSocket */
  constructor(options: ConnectOptions) {
    this.#settings = withDefaults(options);
    const { commandTimeoutMs, onError, onGap } = this.#settings;
    const base = endpoint(options.url);
    this.#clientId = options.clientId ?? null;
    this.#token = options.token;
    for (const [room, position] of Object.entries(options.since ?? {})) this.#rooms.positions.advance(room, position);
    this.#pending = new PendingCommands(commandTimeoutMs);
    this.#link = new Link(this.#settings, () => dialAddress(base, this.#clientId, this.#rooms.handshakeSince()), {
      state: (state) => this.#stateChanged(state),
      opened: () => {
        this.#session.begin(this.#token);
        this.#flush();
      },
      frame: (frame) => this.#receive(frame),
      unreadable: (error) => callOut(onError, error),
      lost: (cause) => {
        this.#session.lost(cause);
        this.#pending.lost(cause);
      },
    });
    this.#session = new Session(this.#rooms, commandTimeoutMs, {
      send: (frame) => this.#link.send(frame),
      drop: (cause) => this.#link.drop(cause),
      end: (cause) => this.#link.close(cause),
      gap: (gap) => callOut(onGap, gap),
      error: (error) => callOut(onError, error),
    });
    queueMicrotask(() => this.#link.start()); // the first onState may already use the client
  }

  get state(): ClientState {
    return this.#link.state;
  }

  /** Last position seen, by room. Give one as `since` to take up from there in another process. */
  get positions(): ReadonlyMap<string, Position> {
    return this.#rooms.positions.entries();
  }

  /** Resolves once welcomed; rejects once closed, with the reason. */
  ready(): Promise<Welcome> {
    const { state } = this;
    if (state.name === 'open') return Promise.resolve(state.welcome);
    if (state.name === 'closed') return Promise.reject(state.cause ?? closedByUser());
    return new Promise((welcomed, failed) => this.#expectant.add({ welcomed, failed }));
  }

  /** Calls `handler` for each message of the type; returns what removes it again. */
  on<T extends MessageType>(type: T, handler: Handler<T>): () => void {
    return this.#dispatch.on(type, handler);
  }

  /** Joins rooms, all or none. Renewed by itself on each new connection until `unsubscribe`. */
  subscribe(target: Target, { since, types }: SubscribeOptions = {}): Promise<readonly JoinedRoom[]> {
    const command = { type: 'subscribe', ...targetFields(target), ...(since && { since }), ...(types && { types }) };
    return this.#ask(command, 'again', ({ rooms }: { rooms: readonly JoinedRoom[] }) => {
      for (const room of rooms) {
        const gap = this.#rooms.joined(room, sinceOf(since, room.room), types);
        if (gap !== null) callOut(this.#settings.onGap, gap);
      }
      return rooms;
    });
  }

  /** Leaves rooms, in any spelling of their symbols. */
  async unsubscribe(target: Target): Promise<void> {
    const left = this.#rooms.subscriptions.removeTarget(target);
    const forget = (): void => {
      for (const room of [...left, ...this.#rooms.subscriptions.removeTarget(target)]) this.#rooms.positions.forget(room);
    };
    if (!this.#link.up && !this.#pending.has('subscribe')) return forget(); // no connection has joined them
    await this.#ask({ type: 'unsubscribe', ...targetFields(target) }, 'done', forget);
  }

  /**
   * Asks the panel. Resolves when the run is accepted: its votes and signal arrive as messages with its `run_id`, also
   * without a subscription. Subscribe first where they must survive a broken connection.
   */
  analyze(symbol: string, depth?: Depth): Promise<AnalysisAccepted> {
    return this.#ask({ type: 'analyze', symbol, ...(depth && { depth }) }, 'fail', (data: AnalysisAccepted) => data);
  }

  /**
   * Sends again what was said about a stretch of market time: the messages come to the handlers, `replayed`, before this
   * resolves. Rejects with `CONNECTION_LOST` where the connection breaks meanwhile; ask again.
   */
  replay(symbol: string, request: ReplayRequest): Promise<Replayed> {
    return this.#ask({ type: 'replay', symbol, ...request }, 'fail', (data: Replayed) => data);
  }

  /** Fires `alert` each time that the condition turns true, or only once. The same again is the one that there is. */
  setAlert(symbol: string, when: AlertCondition, { once = false }: { readonly once?: boolean } = {}): Promise<AlertSet> {
    return this.#ask({ type: 'set_alert', symbol, when, once }, 'again', (data: AlertSet) => data);
  }

  /** This client's, oldest first. */
  listAlerts(): Promise<readonly AlertSet[]> {
    return this.#ask({ type: 'list_alerts' }, 'again', ({ alerts }: { alerts: readonly AlertSet[] }) => alerts);
  }

  /** Resolves with the alerts that are left. */
  deleteAlert(alertId: string): Promise<readonly AlertSet[]> {
    return this.#ask({ type: 'delete_alert', alert_id: alertId }, 'fail', ({ alerts }: { alerts: readonly AlertSet[] }) => alerts);
  }

  status(): Promise<Status> {
    return this.#ask({ type: 'get_status' }, 'again', (data: Status) => data);
  }

  /** Resolves with the answer. */
  ping(): Promise<void> {
    return this.#ask({ type: 'ping' }, 'again', () => undefined);
  }

  /** Takes another token, also for the connections to come. */
  authenticate(token: string): Promise<Authenticated> {
    this.#token = token;
    return this.#ask({ type: 'authenticate', token }, 'fail', (data: Authenticated) => data);
  }

  /** Ends the client; commands that wait reject with `CLOSED`. */
  close(): void {
    this.#link.close(null);
  }

  /** `read` runs before any frame that follows the answer. */
  #ask<D, R>(command: Command, whenLost: WhenLost, read: (data: D) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.state.name === 'closed') return reject(this.state.cause ?? closedByUser());
      this.#pending.add(command, whenLost, (data) => resolve(read(data as D)), reject);
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#link.up) this.#pending.flush((frame) => this.#link.send(frame));
  }

  #receive(frame: Frame): void {
    if (this.#session.settle(frame) || this.#pending.settle(frame)) return;
    if (frame.type === 'error') callOut(this.#settings.onError, errorFromWire(frame.data));
    else if (frame.type !== 'pong' && frame.type !== 'ack') this.#deliver(frame as unknown as Message);
  }

  #deliver(message: Message): void {
    const { deliver, gap } = this.#rooms.admit(message);
    if (gap !== null) callOut(this.#settings.onGap, gap);
    if (!deliver) return;
    this.#dispatch.say(message);
    callOut(this.#settings.onMessage, message);
  }

  #stateChanged(state: ClientState): void {
    if (state.name === 'open') {
      this.#clientId = state.welcome.client_id;
      for (const { welcomed } of this.#expectant) welcomed(state.welcome);
      this.#expectant.clear();
    } else if (state.name === 'closed') {
      const cause = state.cause ?? closedByUser();
      this.#session.lost(cause);
      this.#pending.fail(cause);
      for (const { failed } of this.#expectant) failed(cause);
      this.#expectant.clear();
    }
    callOut(this.#settings.onState, state);
  }
}

const closedByUser = (): ConclaveError => new ConclaveError('CLOSED', 'The client was closed', false);
