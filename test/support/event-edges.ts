import { v7 as uuidv7 } from 'uuid';
import { EventsEndpoint } from '../../src/gateway/websocket/events.endpoint.js';
import { ConnectionRows } from '../../src/groups/connections/connection-rows.js';
import { Connections } from '../../src/groups/connections/connections.js';
import { DeliveryStore } from '../../src/groups/events/delivery-store.js';
import type { Experience, NewEvent } from '../../src/groups/events/event.js';
import type { Experiences } from '../../src/groups/lessons/experiences.js';
import { EventDesk } from '../../src/groups/events/event-desk.js';
import { Lines } from '../../src/groups/events/lines.js';
import { Settlements } from '../../src/groups/events/settlements.js';
import { GroupSessions, type FrameTakers } from '../../src/groups/group-sessions.js';
import { GroupStore } from '../../src/groups/group-store.js';
import { newToken } from '../../src/groups/token.js';
import { Market } from '../../src/market/market.js';
import type { Channels } from '../../src/storage/channels.js';
import type { Database } from '../../src/storage/database.js';
import { openEdges } from './edges.js';
import { HandFeed, instrumentOf } from './hand-feed.js';
import { roomNode } from './room-node.js';

const nobody: FrameTakers = { trade: () => Promise.reject(new Error('none trades here')), log: () => Promise.reject(new Error('none logs here')), trigger: () => Promise.reject(new Error('none takes events here')) };

/** Every event brings these. */
export const bringing = (experiences: readonly Experience[]): Experiences => ({ about: () => experiences, ready: () => null });

export interface EventEdgesOptions {
  readonly channels?: Channels | null;
  readonly takers?: FrameTakers;
  readonly experiences?: Experiences;
}

/** `/ws/events` on a real port, over a real database. */
export async function eventEdges(db: Database, name: string, { channels = null, takers = nobody, experiences = bringing([]) }: EventEdgesOptions = {}) {
  const market = new Market({ feed: new HandFeed([instrumentOf('BTCUSDT')], '1h'), config: { interval: '1h', intervals: ['1h'], keepCandles: 50 }, events: { price: () => undefined, closed: async () => undefined, ended: () => undefined, error: () => undefined } });
  const node = roomNode(db);
  const faults = node.faults as unknown[];
  const onFault = (error: unknown): void => void faults.push(error);
  const groups = new GroupStore(db.kysely);
  const lines = new Lines({ db: db.kysely, channels, onFault });
  const deliveries = new DeliveryStore(db.kysely);
  const settlements = new Settlements(deliveries, onFault);
  const desk = new EventDesk({ db: db.kysely, groups, writer: node.writer, dispatch: (event, ids) => lines.dispatch(event, ids) });
  const ofGroups = new Connections({ rows: new ConnectionRows(db.kysely, 'group', name), channels, onFault });
  const ofTriggers = new Connections({ rows: new ConnectionRows(db.kysely, 'trigger', name), channels, onFault });
  const groupSessions = new GroupSessions({
    db: db.kysely, groups, lines, ofGroups, ofTriggers, line: { deliveries, settlements, experiences, onFault }, takers, writer: node.writer, onFault,
  });
  for (const each of [ofGroups, ofTriggers, lines]) await each.start();
  const edges = await openEdges({ node, market, agents: null, auth: { required: false, jwtSecret: null }, onFault }, (visits) => [new EventsEndpoint({ visits, sessions: groupSessions, onFault })]);
  return {
    ws: edges.ws, desk, deliveries, ofGroups, ofTriggers, writer: node.writer, log: node.log, faults, db,
    async stop() {
      await edges.drain();
      for (const each of [ofGroups, ofTriggers]) await each.stop();
      lines.stop();
      await settlements.stop();
      await node.writer.idle();
      edges.close();
    },
  };
}

/** A group with a token, straight into the tables. */
export async function newGroup({ kysely }: Database, name: string, accountId = 'main') {
  const { token, hash } = newToken('cg_');
  const groupId = uuidv7();
  const now = Date.now();
  await kysely.insertInto('groups').values({
    group_id: groupId, name, market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 2, margin_usd: '100', position_mode: 'oneway', account_id: accountId,
    token_hash: hash, acks: 0, form: 'type', connection_id: null, node: null, connected_at: null, seen_at: null, created_at: now, updated_at: now, deleted_at: null,
  }).execute();
  return { groupId, name, token };
}

/** An event for groups, to be overridden. */
export const eventFor = (targets: readonly string[], given: Partial<NewEvent> = {}): NewEvent => ({
  key: null, eventType: 'immediate', origin: 'trigger', sourceId: 'social_monitor', originId: null, priority: 5, targets, title: 'BTC dumps', payload: '{"symbol":"BTCUSDT"}',
  tags: ['btc'], condition: null, correlationId: null, ...given,
});
