import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/config.js';
import type { FlushLoop } from '../../rooms/flush-loop.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Handshake } from '../auth/handshake.js';
import type { Principal } from '../auth/principal.js';
import { mayStay, ownRooms } from '../auth/room-access.js';
import type { FeedState } from '../feed-state.js';
import { refusalOf } from '../refusal.js';
import { Session } from './session.js';
import type { Sessions } from './sessions.js';
import { Subscriptions, type SubscriptionNeeds } from './subscriptions.js';
import type { Transport } from './transport.js';
import type { Visitor } from './visitor.js';

export interface VisitNeeds {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly loop: FlushLoop;
  readonly authenticator: Authenticator;
  readonly subscriptions: SubscriptionNeeds;
  readonly feed: FeedState;
  readonly onFault: (error: Error) => void;
}

/** How a connection becomes a session: who it is, the welcome, the rooms that it joins by itself. */
export class Visits {
  constructor(private readonly needs: VisitNeeds) {}

  open(transport: Transport, { clientId, since }: Handshake): Visitor {
    const { loop, sessions, subscriptions, config } = this.needs;
    const session = new Session(randomUUID(), clientId, transport, loop, config.limits);
    sessions.add(session);
    return { session, since, rooms: new Subscriptions(session, subscriptions) };
  }

  /** Who is at the other end; null where a token is required and there is none yet. @throws CodedError where it is wrong */
  async principalOf({ token, clientId }: Handshake): Promise<Principal | null> {
    return this.needs.authenticator.identify(token, clientId);
  }

  /** The welcome, and the client's own rooms. Without a principal it has 10 s for `authenticate`. */
  async begin(visitor: Visitor, principal: Principal | null): Promise<void> {
    const { session } = visitor;
    if (session.isClosed) return;
    this.welcome(session);
    if (principal === null) session.identify(null);
    else (await this.identify(visitor, principal))();
  }

  /** What a connection that could not begin is told. */
  refuse({ session }: Visitor, error: unknown): void {
    session.endWith(refusalOf(error, this.needs.onFault));
  }

  /** Gives the session its identity and its own rooms, and takes those it may not be in any more; returns what to do once that was answered. */
  async identify({ session, rooms, since }: Visitor, principal: Principal): Promise<() => void> {
    const before = session.principal;
    session.identify(principal);
    for (const name of rooms.names) if (!mayStay(principal, name)) rooms.leave(name);
    if (before?.subject === principal.subject) return () => undefined;
    const own = ownRooms(principal).filter((name) => !rooms.has(name));
    const { begin } = await rooms.joinOwn(own, (room) => since.get(room));
    return begin;
  }

  private welcome(session: Session): void {
    const { config, feed } = this.needs;
    const { limits } = config;
    session.say('welcome', {
      connection_id: session.id,
      client_id: session.clientId,
      server_time: new Date().toISOString(),
      heartbeat_interval: limits.heartbeatIntervalMs / 1000,
      limits: {
        max_subscriptions: limits.maxSubscriptions,
        analyze_per_minute: limits.analyzePerMinute,
        commands_per_second: limits.commandsPerSecond,
        command_burst: limits.commandBurst,
        frame_bytes: limits.frameBytes,
        queue_messages: limits.queueMessages,
        heartbeat_timeout: limits.heartbeatTimeoutMs / 1000,
      },
      feed: feed.report(),
      version: config.version,
    });
  }
}
