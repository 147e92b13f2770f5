import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../src/config/config.js';
import { Authenticator } from '../../src/gateway/auth/authenticator.js';
import { FeedState } from '../../src/gateway/feed-state.js';
import { ConnectionLimits } from '../../src/gateway/limits/connection-limits.js';
import { Sessions } from '../../src/gateway/sessions/sessions.js';
import { Snapshots } from '../../src/gateway/sessions/snapshots.js';
import { Visits } from '../../src/gateway/sessions/visits.js';
import { UpgradeRouter, type Endpoint } from '../../src/gateway/websocket/upgrade-router.js';
import type { Market } from '../../src/market/market.js';
import { FlushLoop } from '../../src/rooms/flush-loop.js';
import type { AgentFeed } from '../../src/trading/agents/agent-feed.js';
import { LIMITS } from './room-client.js';
import type { roomNode } from './room-node.js';

export interface EdgesNeeds {
  readonly node: ReturnType<typeof roomNode>;
  readonly market: Market;
  /** null: nothing is traded. */
  readonly agents: AgentFeed | null;
  readonly auth: { readonly required: boolean; readonly jwtSecret: string | null };
  readonly onFault: (error: unknown) => void;
}

/** Endpoints for raw sockets on a real port, over real rooms. */
export async function openEdges({ node, market, agents, auth, onFault }: EdgesNeeds, endpointsFor: (visits: Visits) => readonly Endpoint[]) {
  const limits = { ...LIMITS, queueMessages: 1000, queueBytes: 1e6, maxConnections: 1000, maxConnectionsPerIp: 1000 };
  const sessions = new Sessions(limits, node.hub);
  const visits = new Visits({
    config: { limits, version: 'test' } as Config, sessions, loop: new FlushLoop(), feed: new FeedState(market),
    authenticator: new Authenticator({ ...auth, jwksUrl: null, audience: null, issuer: null }),
    subscriptions: { hub: node.hub, log: node.log, pages: node.log, snapshots: new Snapshots(market, agents), maxRooms: 100, onFirst: () => undefined }, onFault,
  });
  const http = createServer();
  new UpgradeRouter({
    endpoints: endpointsFor(visits),
    limits: new ConnectionLimits(limits), addressOf: () => '127.0.0.1', allowedOrigins: null, frameBytes: 65_536, compression: false, checkOpen: () => undefined,
    socketio: { path: '/socket.io/', upgrade: (_request, socket) => socket.destroy() },
  }).attach(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    ws: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    drain: () => sessions.drain(0),
    close() {
      http.closeAllConnections();
      http.close();
    },
  };
}
