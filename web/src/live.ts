import { connect, jitteredBackoff, type ClientState, type ConclaveClient, type Gap, type Message, type MessageOf, type MessageType } from 'conclave/client';
import { useEffect, useEffectEvent } from 'react';
import { queryClient } from './api.js';
import { auth, tokenNeeded } from './auth.js';
import { marketTime } from './clock.js';
import { Memberships, type Membership } from './memberships.js';
import { notify } from './notices.js';
import { pricePut } from './prices.js';
import { Listeners } from './rooms.js';
import { Store, useStore } from './store.js';
import { symbolForget, symbolPut } from './symbols.js';

const CLIENT_ID = 'conclave.client';
const TOKEN_CODES = new Set(['UNAUTHENTICATED', 'TOKEN_INVALID', 'TOKEN_EXPIRED']);

/** Somebody waits before the screen: tried more often than by a program. */
const MOST_AWAY_MS = 4_000;
const backoff = jitteredBackoff();

export interface ConnectionView {
  readonly state: ClientState;
  /** Of the last welcome; null before the first. */
  readonly feed: { readonly name: string; readonly simulated: boolean; readonly stale?: boolean; readonly ended?: boolean } | null;
  readonly version: string | null;
  /** When the connection was lost, by this machine's clock; null while it is up. */
  readonly lostAt: number | null;
}

const connection = new Store<ConnectionView>({ state: { name: 'connecting', attempt: 0 }, feed: null, version: null, lostAt: null });
const listeners = new Listeners();
let client: ConclaveClient | null = null;

/** The one client of this page. Commands such as `live().analyze(…)` reject with `ConclaveError`. */
export function live(): ConclaveClient {
  client ??= connect({
    url: location.origin,
    ...(auth.get().token !== null && { token: auth.get().token! }),
    ...(sessionStorage.getItem(CLIENT_ID) !== null && { clientId: sessionStorage.getItem(CLIENT_ID)! }),
    backoff: (attempt, cause) => Math.min(MOST_AWAY_MS + cause.retryAfterMs, backoff(attempt, cause)),
    onState,
    onGap,
    onMessage,
    onError: (error) => notify({ id: `error:${error.code}`, level: 'error', text: error.message }),
  });
  return client;
}

const memberships = new Memberships(live);

function onState(state: ClientState): void {
  const { feed, version, lostAt } = connection.get();
  if (state.name === 'open') {
    sessionStorage.setItem(CLIENT_ID, state.welcome.client_id);
    connection.set({ state, feed: state.welcome.feed as ConnectionView['feed'], version: state.welcome.version, lostAt: null });
    if (state.reconnects > 0) void queryClient.invalidateQueries({ predicate: ({ meta, state: { status } }) => meta?.unlogged === true || status === 'error' });
    return;
  }
  connection.set({ state, feed, version, lostAt: lostAt ?? Date.now() });
  if (state.name === 'closed' && state.cause && TOKEN_CODES.has(state.cause.code)) tokenNeeded(state.cause.message);
}

/** What is missing can't be had as messages: whatever is shown is asked for anew. */
function onGap({ room, from, to }: Gap): void {
  const which = from === null ? 'Messages' : `Messages ${from} to ${to}`;
  notify({ id: `gap:${room}`, level: 'warn', text: `${which} of ${room} were missed while away and can’t be sent again. What is shown was loaded anew.` });
  symbolForget(room);
  void queryClient.invalidateQueries();
}

const FEED: Readonly<Record<string, object>> = { FEED_STALE: { stale: true }, FEED_BACK: { stale: false }, FEED_ENDED: { ended: true } };

function feedSaid(code: string): void {
  const change = FEED[code];
  if (change) connection.update((view) => (view.feed ? { ...view, feed: { ...view.feed, ...change } } : view));
}

function onMessage(message: Message): void {
  if (message.type === 'price_update') {
    marketTime(message.data.timestamp);
    pricePut(message.data);
  } else {
    symbolPut(message);
  }
  if (message.type === 'system_alert' && message.room === 'system') {
    const { level, code, message: text } = message.data;
    feedSaid(code);
    notify({ id: `alert:${code}:${message.data.symbol ?? ''}`, level: level === 'info' ? 'info' : level === 'error' || level === 'critical' ? 'error' : 'warn', text });
  }
  listeners.say(message);
}

/** State of the connection, and what the server said of itself. */
export const useConnection = (): ConnectionView => useStore(connection);

export type RoomHandlers = { readonly [T in MessageType]?: (message: MessageOf<T>) => void };

/** Hears the room `system`, which every connection is in by itself. */
export function useSystem(handlers: RoomHandlers): void {
  const hear = useEffectEvent((message: Message) => (handlers[message.type] as ((message: Message) => void) | undefined)?.(message));
  useEffect(() => listeners.add('system', (message) => hear(message)), []);
}

/**
 * A member of the room while mounted; handlers get its messages, each once, resumed without a hole after a break.
 * Load what was before by REST once `joined`, and merge by id: so nothing falls between. After a gap all queries are
 * asked anew by themselves. null: no room.
 */
export function useRoom(room: string | null, handlers: RoomHandlers = {}): Membership {
  const hear = useEffectEvent((message: Message) => (handlers[message.type] as ((message: Message) => void) | undefined)?.(message));
  useEffect(() => {
    if (room === null) return;
    const off = listeners.add(room, (message) => hear(message));
    const leave = memberships.use(room);
    return () => {
      off();
      leave();
    };
  }, [room]);
  return useStore(memberships.state(room ?? ''));
}
