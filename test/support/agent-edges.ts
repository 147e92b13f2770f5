import type { AgentConfig } from '../../src/config/config.js';
import { commandTable, type CommandNeeds } from '../../src/gateway/commands/commands.js';
import { AgentsEndpoint } from '../../src/gateway/websocket/agents.endpoint.js';
import { DashboardEndpoint } from '../../src/gateway/websocket/dashboard.endpoint.js';
import { SignalsEndpoint } from '../../src/gateway/websocket/signals.endpoint.js';
import { Market } from '../../src/market/market.js';
import type { RoomBus } from '../../src/rooms/room-bus.js';
import type { Channels } from '../../src/storage/channels.js';
import type { Database } from '../../src/storage/database.js';
import { AgentFeed } from '../../src/trading/agents/agent-feed.js';
import { AgentStatistics } from '../../src/trading/agents/agent-statistics.js';
import { ReflectionStore } from '../../src/trading/agents/reflection-store.js';
import { AssetBoards } from '../../src/trading/assets/asset-boards.js';
import { Assets } from '../../src/trading/assets/assets.js';
import { EquityPoints } from '../../src/trading/portfolio/equity-points.js';
import { openEdges } from './edges.js';
import { HandFeed, instrumentOf } from './hand-feed.js';
import { HandControl, type HandTrading } from './hand-trading.js';
import { roomNode } from './room-node.js';
import { SECRET } from './tokens.js';

export interface EdgeOptions {
  readonly db: Database;
  readonly agents: readonly AgentConfig[];
  readonly trading: HandTrading;
  readonly bus?: RoomBus;
  readonly channels?: Channels;
  readonly authRequired?: boolean;
}

/** The edges of agents and assets on a real port, over real rooms, a market of hourly candles, and trading by hand. */
export async function agentEdges({ db, agents, trading, bus, channels, authRequired = false }: EdgeOptions) {
  const feedOfCandles = new HandFeed([instrumentOf('BTCUSDT'), instrumentOf('BTC/USD')], '1h');
  const market = new Market({ feed: feedOfCandles, config: { interval: '1h', intervals: ['1h'], keepCandles: 500 }, events: { price: () => undefined, closed: async () => undefined, ended: () => undefined, error: () => undefined } });
  await market.start();
  const node = roomNode(db, bus);
  const control = new HandControl(agents);
  const faults: unknown[] = node.faults;
  const onFault = (error: unknown): void => void faults.push(error);
  const feed = new AgentFeed({ agents, trading, control, tell: (...said) => node.hub.receiveLoose(...said), channels: channels ?? null, onFault });
  await feed.start();
  const points = new EquityPoints({ db: db.kysely, writer: node.writer, trading, onError: onFault });
  const assets = new Assets({ db: db.kysely, agents, feed, control, market, reflections: new ReflectionStore(db.kysely), statistics: new AgentStatistics(db.kysely, points) });
  const ids = new Set(agents.map(({ id }) => id));
  const edges = await openEdges({ node, market, agents: feed, auth: { required: authRequired, jwtSecret: SECRET }, onFault }, (visits) => [
    new AgentsEndpoint({ visits, agents: ids, onFault }),
    new DashboardEndpoint({ visits, assets, boards: new AssetBoards(assets, onFault), onFault }),
    new SignalsEndpoint({ visits, market, onFault, table: commandTable({ market, agents: ids } as unknown as CommandNeeds) }),
  ]);
  return {
    url: edges.ws, hub: node.hub, writer: node.writer, market, candles: feedOfCandles, control, feed, assets, faults,
    async stop() {
      feed.stop();
      await edges.drain();
      edges.close();
    },
  };
}
