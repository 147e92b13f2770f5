import { jitteredBackoff } from './backoff.js';
import type { Backoff } from './backoff.js';
import type { ConclaveError } from './error.js';
import type { Message, Position, Welcome } from './messages.js';
import type { Gap } from './positions.js';
import { globalWebSocket } from './websocket.js';
import type { WebSocketConstructor } from './websocket.js';

export type ClientState =
  | { readonly name: 'connecting'; readonly attempt: number }
  /** Welcomed; `reconnects` counts how often before. Remembered rooms are being renewed. */
  | { readonly name: 'open'; readonly welcome: Welcome; readonly reconnects: number }
  /** Broken; the next attempt comes after `delayMs`. */
  | { readonly name: 'waiting'; readonly attempt: number; readonly delayMs: number; readonly cause: ConclaveError }
  /** For good. `cause` is null after `close()`. */
  | { readonly name: 'closed'; readonly cause: ConclaveError | null };

export interface ConnectOptions {
  /** `ws://`, `wss://`, `http://` or `https://`; without a path `/ws/signals` is meant. */
  readonly url: string;
  /** A JWT; sent as the first command of each connection, never in the URL. */
  readonly token?: string;
  /** `client_id` of an earlier `welcome`: gets an anonymous client its own room back. */
  readonly clientId?: string;
  /** Default: the global one. In Node 20 pass that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor;
  /** Last positions in `system` and the client's own room, where an earlier process left them. */
  readonly since?: Readonly<Record<string, Position>>;

  readonly onState?: (state: ClientState) => void;
  /** Every message, after the handlers of its type. */
  readonly onMessage?: (message: Message) => void;
  /** Messages are missing for good; take the snapshot that follows as the new beginning. */
  readonly onGap?: (gap: Gap) => void;
  /** Errors that answer no command: a room that could not be renewed, a frame that could not be read. */
  readonly onError?: (error: ConclaveError) => void;

  /** How often the very first connection is tried before the client closes. Default: without end. */
  readonly firstAttempts?: number;
  readonly backoff?: Backoff;
  /** A connection that lasted this long starts the backoff anew. Default 5 s. */
  readonly stableAfterMs?: number;
  /** For each command, waiting for a connection included. Default 10 s. */
  readonly commandTimeoutMs?: number;
  /** From dialling to the welcome. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Silence after which the client pings; after as long again it reconnects. Default 15 s. */
  readonly heartbeatMs?: number;
}

type Defaulted = 'WebSocket' | 'firstAttempts' | 'backoff' | 'stableAfterMs' | 'commandTimeoutMs' | 'connectTimeoutMs' | 'heartbeatMs';
export type Settings = ConnectOptions & Required<Pick<ConnectOptions, Defaulted>>;

export const withDefaults = (options: ConnectOptions): Settings => ({
  ...options,
  WebSocket: options.WebSocket ?? globalWebSocket(),
  firstAttempts: options.firstAttempts ?? Infinity,
  backoff: options.backoff ?? jitteredBackoff(),
  stableAfterMs: options.stableAfterMs ?? 5_000,
  commandTimeoutMs: options.commandTimeoutMs ?? 10_000,
  connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
  heartbeatMs: options.heartbeatMs ?? 15_000,
});
