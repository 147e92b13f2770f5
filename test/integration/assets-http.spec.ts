import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/config.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Market } from '../../src/market/market.js';
import { Hub } from '../../src/rooms/hub.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import { CLUSTER } from '../../src/storage/cluster.module.js';
import { DATABASE } from '../../src/storage/storage.module.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { AgentControl } from '../../src/trading/agents/agent-control.js';
import { AgentStatistics } from '../../src/trading/agents/agent-statistics.js';
import { Reflections } from '../../src/trading/agents/reflections.js';
import { AssetsModule } from '../../src/trading/assets/assets.module.js';
import { EquityPoints } from '../../src/trading/portfolio/equity-points.js';
import { Trading } from '../../src/trading/trading.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { HandFeed, instrumentOf } from '../support/hand-feed.js';
import { agentConfig, HandControl, HandTrading } from '../support/hand-trading.js';
import { roomNode } from '../support/room-node.js';

const AGENTS = [agentConfig('asset-btc-usd', ['BTC/USD'], { kind: 'asset', name: 'BTC/USD' }), agentConfig('a1', ['BTCUSDT'])];
const MINUTE = 60_000;

@Module({})
class Ports {}

describe('assets and reflections over HTTP', () => {
  let db: FreshDatabase;
  let app: INestApplication;
  let url: string;
  let trading: HandTrading;

  beforeAll(async () => {
    db = await freshSqlite();
    const log = pino({ level: 'silent' });
    const node = roomNode(db);
    trading = new HandTrading([...AGENTS.map(({ id }) => id), 'main']);
    const market = new Market({
      feed: new HandFeed([instrumentOf('BTC/USD'), instrumentOf('BTCUSDT')], '1h'), config: { interval: '1h', intervals: ['1h'], keepCandles: 100 },
      events: { price: () => undefined, closed: async () => undefined, ended: () => undefined, error: () => undefined },
    });
    await market.start();
    const points = new EquityPoints({ db: db.kysely, writer: node.writer, trading, onError: (error) => { throw error; } });
    const values = [[AgentStatistics, new AgentStatistics(db.kysely, points)], [DATABASE, db], [CLUSTER, null], [Hub, node.hub], [RoomWriter, node.writer], [Market, market], [Trading, trading], [AgentControl, new HandControl(AGENTS)]] as const;
    const ports = { module: Ports, providers: values.map(([provide, useValue]) => ({ provide, useValue })), exports: values.map(([provide]) => provide) };
    app = await NestFactory.create(AssetsModule.of([ConfigModule.of({ trading: { agents: AGENTS } } as unknown as Config, log), ports]), { logger: false });
    app.useGlobalPipes(new RequestValidationPipe());
    app.useGlobalFilters(new ProblemFilter(isUnavailable, log));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await app.get(Reflections).start();
    for (let at = 0; at < 3; at += 1) {
      for (const account of ['asset-btc-usd', 'main']) {
        await trading.fill(account, 'BTC/USD', 'buy', 1, 100);
        trading.at += MINUTE;
        await trading.fill(account, 'BTC/USD', 'sell', 1, 100 + at);
      }
    }
  });
  afterAll(async () => {
    await app.close();
    await db.drop();
  });

  const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> & { items: Record<string, unknown>[]; next: string | null } }> => {
    const answer = await fetch(url + path);
    return { status: answer.status, body: await answer.json() as never };
  };

  it('lists assets, and no other agents', async () => {
    const { body } = await get('/api/assets');
    expect(body).toEqual({ next: null, items: [{
      symbol: 'BTC/USD', agent_id: 'asset-btc-usd', name: 'BTC/USD', paused: false, interval: 180, price: null, source: 'replay', position: null, total_pnl: 3, last_action: null,
    }] });
  });

  it.each(['BTC%2FUSD', 'btcusd', 'btc-usd'])('shows the dashboard of %s', async (symbol) => {
    const { status, body } = await get(`/api/assets/${symbol}/dashboard`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ asset: 'BTC/USD', stats: { total_pnl: 3 }, positions: [], chart: { interval: '1h', labels: [], prices: [], volumes: [] } });
    expect(body['reflection']).toContain('Long 1 BTC/USD at 10x from 100 to 102, held for 1 min.');
    expect(body['improvements']).toContain('Name the price that proves the next one wrong');
  });

  it('a symbol that is no asset is 404 with those that are', async () => {
    const { status, body } = await get('/api/assets/BTCUSDT/dashboard');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'NOT_FOUND', detail: expect.stringContaining('there are BTC/USD') });
  });

  it('pages reflections, newest first, by account and symbol', async () => {
    const first = await get('/api/reflections?account=main&symbol=btcusd&limit=2');
    expect(first.body.items.map(({ outcome_return: outcome }) => outcome)).toEqual([0.02, 0.01]);
    const second = await get(`/api/reflections?account=main&symbol=btcusd&limit=2&cursor=${first.body.next}`);
    expect(second.body.items.map(({ outcome_return: outcome, agent_id: agent, source }) => [outcome, agent, source])).toEqual([[0, null, 'facts']]);
    expect(second.body.next).toBeNull();
    expect((await get('/api/reflections')).body.items).toHaveLength(6);
    expect((await get('/api/reflections?cursor=nonsense')).status).toBe(400);
  });
});
