import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pinoHttp } from 'pino-http';
import { RemoteVotes } from './analysts/remote/remote-votes.js';
import { Revocations } from './analysts/remote/revocations.js';
import { PanelStatistics } from './analysts/panel-statistics.js';
import { SHARED_SEATS } from './analysts/remote/remote.module.js';
import type { SharedSeats } from './analysts/remote/shared-seats.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { listenError } from './config/listen-error.js';
import type { LogLines } from './config/log-lines.js';
import type { Log } from './config/logger.js';
import { NestLogger } from './config/nest-logger.adapter.js';
import { Alerts } from './gateway/alerts/alerts.js';
import { Authenticator } from './gateway/auth/authenticator.js';
import { DrainState } from './gateway/drain-state.js';
import { dashboardPage } from './gateway/http/dashboard-page.js';
import { httpLogging } from './gateway/http/http-logging.js';
import { openApi } from './gateway/http/openapi.js';
import { ProblemFilter } from './gateway/http/problem.filter.js';
import { ScopeGuard } from './gateway/http/scope.guard.js';
import { corsFor, securityHeaders } from './gateway/http/security.js';
import { RequestValidationPipe } from './gateway/http/validation.pipe.js';
import { ALERTS_CHANNEL } from './gateway/gateway.module.js';
import { clientAddress } from './gateway/limits/client-address.js';
import { ConnectionLimits } from './gateway/limits/connection-limits.js';
import { Sessions } from './gateway/sessions/sessions.js';
import { SOCKETIO_PATH, SocketIoAdapter } from './gateway/socketio/socketio.adapter.js';
import { Status } from './gateway/status.js';
import { EventsEndpoint } from './gateway/websocket/events.endpoint.js';
import { AgentsEndpoint } from './gateway/websocket/agents.endpoint.js';
import { AnalystsEndpoint } from './gateway/websocket/analysts.endpoint.js';
import { DashboardEndpoint } from './gateway/websocket/dashboard.endpoint.js';
import { SignalsEndpoint } from './gateway/websocket/signals.endpoint.js';
import { StreamEndpoint } from './gateway/websocket/stream.endpoint.js';
import { UpgradeRouter } from './gateway/websocket/upgrade-router.js';
import { GroupWork } from './groups/group-work.js';
import { TriggerWork } from './groups/triggers/trigger-work.js';
import { News } from './knowledge/news/news.js';
import { NewsFeeds } from './knowledge/news/news-feeds.js';
import { Situations } from './knowledge/situations.js';
import { SqlCallLog } from './journal/call-log.sql.js';
import { FEED_LEASE } from './market/feeds/cluster-feed.js';
import type { Feed } from './market/feeds/feed.js';
import { Leadership } from './market/leadership.js';
import { MarketRelay } from './market/market-relay.js';
import { Market } from './market/market.js';
import { Watch } from './market/watch.js';
import { OpsRoom } from './ops/ops-room.js';
import { Healing } from './rooms/healing.js';
import { Hub } from './rooms/hub.js';
import { Presence } from './rooms/presence.js';
import { Retention } from './rooms/retention.js';
import { RoomWriter } from './rooms/room-writer.js';
import { systemAlert } from './rooms/system-alert.js';
import { Outcomes } from './signals/outcomes/outcomes.js';
import { signalMessageId } from './signals/run.js';
import { Runs } from './signals/runs.js';
import type { RedisLink } from './storage/redis.js';
import { REDIS } from './storage/storage.module.js';
import { CLUSTER, type Cluster } from './storage/cluster.module.js';
import type { Leases } from './storage/leases.js';
import { Sweeper } from './storage/sweeper.js';
import { isUnavailable } from './storage/unavailable.js';
import { AgentFeed } from './trading/agents/agent-feed.js';
import { Agents } from './trading/agents/agents.js';
import { Reflections } from './trading/agents/reflections.js';
import { EquityPoints } from './trading/portfolio/equity-points.js';
import { TradingWork } from './trading/trading-work.js';
import { TRADING_CHANNEL } from './trading/trading.module.js';

export interface RunningApp {
  readonly nest: NestExpressApplication;
  /** Where it listens. */
  readonly url: string;
  /** Takes nothing new, finishes what is in hand, sends clients elsewhere, closes. */
  stop(): Promise<void>;
}

/** Where the build puts the page. */
const DASHBOARD = fileURLToPath(new URL('web', import.meta.url));
/** How long clients are sent away for, so that they do not all come back at once. */
const SPREAD_MS = 3000;
/** How long runs under way have to end. */
const GRACE_MS = 5000;
const ALERTS_EVERY_MS = 5000;

/** Builds the server, starts the market and listens. `feed` in place of the configured one; `lines` are those of `log`. */
export async function startApp(config: Config, log: Log, feed?: Feed, lines?: LogLines): Promise<RunningApp> {
  const nest = await NestFactory.create<NestExpressApplication>(AppModule.of(config, log, feed, lines), { logger: new NestLogger(log), abortOnError: false, rawBody: true });
  try {
    await begin(nest, config, log);
  } catch (error) {
    await nest.close();
    throw error;
  }
  const url = (await nest.getUrl()).replace('[::1]', '127.0.0.1');
  return { nest, url, stop: () => stop(nest, config) };
}

async function begin(nest: NestExpressApplication, config: Config, log: Log): Promise<void> {
  const http = nest.getHttpServer() as Server;
  const connections = nest.get(ConnectionLimits);
  const state = nest.get(DrainState);
  const addressOf = clientAddress(config.server.trustProxy);
  const adapter = new SocketIoAdapter(nest, http, config, connections, addressOf, nest.get<RedisLink | null>(REDIS)?.channels ?? null);
  nest.useWebSocketAdapter(adapter);
  nest.disable('x-powered-by');
  nest.set('trust proxy', [...config.server.trustProxy]);
  nest.use(pinoHttp(httpLogging(log, addressOf)), securityHeaders(), await dashboardPage(DASHBOARD));
  nest.enableCors(corsFor(config.auth.allowedOrigins));
  nest.useBodyParser('json', { limit: config.limits.frameBytes });
  nest.useGlobalPipes(new RequestValidationPipe());
  nest.useGlobalFilters(new ProblemFilter(isUnavailable, log));
  nest.useGlobalGuards(new ScopeGuard(nest.get(Authenticator), config.auth.allowedOrigins));
  openApi(nest, config);
  await nest.init();
  new UpgradeRouter({
    endpoints: [nest.get(SignalsEndpoint), nest.get(AnalystsEndpoint), nest.get(AgentsEndpoint), nest.get(EventsEndpoint), nest.get(DashboardEndpoint), nest.get(StreamEndpoint)],
    limits: connections,
    addressOf,
    allowedOrigins: config.auth.allowedOrigins,
    frameBytes: config.limits.frameBytes,
    compression: config.compression,
    checkOpen: () => state.check(),
    socketio: { path: SOCKETIO_PATH, upgrade: (request, socket, head) => adapter.upgrade(request, socket, head) },
  }).attach(http);
  connect(nest, log);
  nest.get(Sessions).start();
  nest.get<Healing | null>(Healing)?.start();
  await nest.get(OpsRoom).start();
  await nest.get<Presence | null>(Presence)?.start();
  await nest.get(Alerts).start();
  await shareAlerts(nest, log);
  await nest.get<SharedSeats | null>(SHARED_SEATS)?.start();
  await nest.get(PanelStatistics).start();
  nest.get(Revocations).start();
  const shared = nest.get<Cluster | null>(CLUSTER) !== null;
  await nest.get(Situations).start({ shared });
  await nest.get(News).start({ shared });
  await nest.get(Market).prepare();
  // before the first candle: a file gives the same orders each time
  nest.get(TradingWork).join(nest.get(GroupWork).participant);
  await nest.get(GroupWork).prepare();
  await nest.get(TradingWork).start();
  await shareTrading(nest);
  nest.get(EquityPoints).start();
  await nest.get(Agents).start();
  await nest.get(AgentFeed).start();
  await nest.get(Reflections).start();
  await nest.get(GroupWork).start();
  await nest.get(Market).start();
  await nest.get(Outcomes).start();
  nest.get(NewsFeeds).start();
  await nest.get(Alerts).catchUp();
  nest.get(Retention).start();
  nest.get(Sweeper).start();
  const left = await nest.get(Runs).resume();
  if (left > 0) log.info({ runs: left }, 'Taking up runs that an earlier process did not end');
  await nest.listen(config.server.port, config.server.host).catch((error: unknown) => { throw listenError(error, config.server); });
  nest.get(Status).running = true;
}

/**
 * Prices go to their rooms and to alerts; on the node that leads the feed, prices and candles go to the watch. What runs
 * saw goes to every node's watch, stored signals to its alerts; the ids of what they say make one of it.
 */
function connect(nest: NestExpressApplication, log: Log): void {
  const [hub, watch, market, writer, leadership, alerts] = [nest.get(Hub), nest.get(Watch), nest.get(Market), nest.get(RoomWriter), nest.get(Leadership), nest.get(Alerts)];
  const outcomes = nest.get(Outcomes);
  const [trading, triggers] = [nest.get(TradingWork), nest.get(TriggerWork)];
  const cluster = nest.get<Cluster | null>(CLUSTER);
  nest.get(MarketRelay).add({
    price: (update, at) => {
      hub.receivePrice({ update, sentAt: new Date().toISOString() }); // each node's market has heard it, so none tells another
      if (leadership.leads()) watch.price(update, at);
      alerts.price(update, at, leadership.leads());
      trading.price(update.symbol, update.price, update.volume, at);
      triggers.price(update, at);
    },
    closed: async (symbol, interval, candle) => {
      await trading.fills(symbol, candle);
      const { stored } = await outcomes.closed(symbol, interval, candle); // before the run: it may compare with what this resolves
      if (leadership.leads()) await watch.closed(symbol);
      await trading.considered(symbol, interval, candle);
      await triggers.closed(symbol);
      await stored;
    },
    ended: () => {
      if (!leadership.leads()) return;
      const timestamp = new Date(market.now()).toISOString();
      const alert = { level: 'info', code: 'FEED_ENDED', message: 'The feed has ended: what is known stays, no new prices come', timestamp } as const;
      const term = leadership.term();
      const store = cluster && term !== null ? { store: (tx: Parameters<Leases['check']>[0]) => cluster.leases.check(tx, { lease: FEED_LEASE, term }) } : {};
      writer.say({ ...store, messages: systemAlert(alert, `feed:${randomUUID()}:ended`) }).catch((error: unknown) => log.error({ err: error }, 'The end of the feed could not be said'));
    },
  });
  nest.get(Runs).onEnd(({ runId, symbol, seen }) => {
    if (!seen) return;
    watch.analysed(symbol, seen.price, seen.asOf);
    alerts.signal(symbol, signalMessageId(runId));
    trading.signals();
    void triggers.signals();
  });
}

/** Each node knows all alerts: at once by a word from the one where they were set, and every few seconds where that was lost. */
async function shareAlerts(nest: NestExpressApplication, log: Log): Promise<void> {
  const cluster = nest.get<Cluster | null>(CLUSTER);
  if (!cluster) return;
  const sync = (): void => void nest.get(Alerts).sync().catch((error: unknown) => log.warn({ err: error }, 'The alerts of other nodes could not be read; it is tried again'));
  await cluster.channels.listen(ALERTS_CHANNEL, sync);
  setInterval(sync, ALERTS_EVERY_MS).unref();
}

/** What one node changes, the one that trades sees at once; and within a second where the word was lost. */
async function shareTrading(nest: NestExpressApplication): Promise<void> {
  await nest.get<Cluster | null>(CLUSTER)?.channels.listen(TRADING_CHANNEL, () => void nest.get(TradingWork).refresh());
}

async function stop(nest: NestExpressApplication, config: Config): Promise<void> {
  nest.get(DrainState).draining = true;
  const sessions = nest.get(Sessions);
  await nest.get(Market).stop();
  await nest.get(GroupWork).rest();
  await Promise.all([
    nest.get(Runs).drain(GRACE_MS),
    sessions.drain(Math.min(SPREAD_MS, sessions.active * (SPREAD_MS / config.limits.maxConnections))),
  ]);
  await nest.get(Agents).stop(GRACE_MS);
  await nest.get(Reflections).stop();
  await nest.get(TradingWork).stop(GRACE_MS);
  nest.get(AgentFeed).stop();
  await nest.get(EquityPoints).idle();
  await Promise.all([
    nest.get(Alerts).stop(GRACE_MS), nest.get(Retention).stop(), nest.get(Sweeper).stop(), nest.get(Outcomes).stop(GRACE_MS),
    nest.get(NewsFeeds).stop(), nest.get(News).stop(), nest.get(Situations).stop(), nest.get(SqlCallLog).drain(GRACE_MS),
    nest.get(RemoteVotes).stop(),
  ]);
  await nest.get(GroupWork).stop();
  await nest.get(RoomWriter).idle();
  sessions.stop();
  nest.get(Revocations).stop();
  nest.get<SharedSeats | null>(SHARED_SEATS)?.stop();
  nest.get<Healing | null>(Healing)?.stop();
  await nest.get<Presence | null>(Presence)?.stop();
  await nest.close();
}
