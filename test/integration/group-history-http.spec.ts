import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { ModelCaller } from '../../src/analysts/llm/model-caller.js';
import type { Config } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Discussions } from '../../src/groups/discussions/discussions.js';
import { Events } from '../../src/groups/events/event.js';
import { GroupStore } from '../../src/groups/group-store.js';
import type { Group } from '../../src/groups/group.js';
import { HistoryModule } from '../../src/groups/history.module.js';
import { Experiences } from '../../src/groups/lessons/experiences.js';
import { LessonIndex } from '../../src/groups/lessons/lesson-index.js';
import { Lessons } from '../../src/groups/lessons/lessons.js';
import { LessonsModule } from '../../src/groups/lessons/lessons.module.js';
import { Budget } from '../../src/journal/budget.js';
import { Embedder } from '../../src/knowledge/news/embedder.js';
import { Market } from '../../src/market/market.js';
import { decimal } from '../../src/model/decimal.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import { DATABASE } from '../../src/storage/storage.module.js';
import { isUnavailable } from '../../src/storage/unavailable.js';
import { proposal } from '../../src/trading/proposal.js';
import { Trading } from '../../src/trading/trading.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { eventDesk, heardEvent, makeGroup, newEvent } from '../support/group-world.js';
import { HandFeed, instrumentOf } from '../support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../support/trading-world.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);

@Module({})
class Ports {}

describe('what groups said, did and learnt, over HTTP', () => {
  let db: FreshDatabase;
  let app: INestApplication;
  let url: string;
  let world: TradingWorld;
  let feed: HandFeed;
  let group: Group;
  let bar = 0;
  const correlations: string[] = [];

  beforeAll(async () => {
    db = await freshSqlite();
    feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    world = await paperWorld(db, { feed, accounts: [accountOf('main', { mode: 'perpetual' })] });
    group = await makeGroup(db, 'alpha');
    const log = pino({ level: 'silent' });
    const events = eventDesk(db, world.writer);
    const values = [
      [DATABASE, db], [RoomWriter, world.writer], [Market, world.market], [Trading, world.desks], [GroupStore, new GroupStore(db.kysely)], [Events, events], [Embedder, null], [Budget, null], [ModelCaller, null],
    ] as const;
    const ports = { module: Ports, providers: values.map(([provide, useValue]) => ({ provide, useValue })), exports: values.map(([provide]) => provide) };
    const configuration = ConfigModule.of({ trading: { lesson: null } } as unknown as Config, log);
    app = await NestFactory.create(HistoryModule.of(configuration, ports, LessonsModule.of(configuration, ports)), { logger: false });
    app.useGlobalPipes(new RequestValidationPipe());
    app.useGlobalFilters(new ProblemFilter(isUnavailable, log));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await app.get(LessonIndex).start({ shared: false });
    await app.get(Lessons).start();
    await candle(100);
    for (let at = 0; at < 3; at += 1) {
      const { event } = await events.publish(newEvent(['alpha']));
      correlations.push(event.correlationId);
      await app.get(Discussions).take(group, { code: 'TRADING_GROUP_DISCUSSION_LOG', detail: { event_id: event.eventId, member_opinions: [{ name: 'Ann', opinion: 'LONG' }] } }, 'type');
      const order = () => ({ accountId: 'main', symbol: 'BTCUSDT', origin: 'group', originId: group.groupId, correlationId: event.correlationId, asOf: world.desks.now(), reason: 'decision ready', confidence: 0.9 } as const);
      await world.desks.propose(proposal({ ...order(), key: `o${at}`, want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } } }));
      await candle(100);
      await world.desks.propose(proposal({ ...order(), key: `c${at}`, want: { kind: 'close', quantity: null } }));
      await candle(102 + at);
    }
  });
  afterAll(async () => {
    await app.get(Lessons).stop();
    await app.close();
    await world.desks.stop(1000);
    await world.writer.idle();
    await db.drop();
  });

  async function candle(price: number): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume: 1000 });
    await world.desks.idle();
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async function get(path: string, status = 200): Promise<any> {
    const answer = await fetch(`${url}${path}`);
    expect([path, answer.status]).toEqual([path, status]);
    return answer.json();
  }

  it('lists discussions in pages, with what came of each', async () => {
    const { items, next } = await get(`/api/groups/${group.groupId}/discussions?limit=2&symbol=btc/usdt`);
    expect(items.map((item: { correlation_id: string }) => item.correlation_id)).toEqual([correlations[2], correlations[1]]);
    expect(items[0]).toMatchObject({ event: { source_id: 'price_move' }, orders: [{ side: 'buy', status: 'filled' }, { side: 'sell', status: 'filled' }], outcome: { closed_at: expect.any(String) } });
    const rest = await get(`/api/groups/${group.groupId}/discussions?limit=2&cursor=${next}`);
    expect([rest.items.length, rest.next]).toEqual([1, null]);
    expect((await get(`/api/groups/${group.groupId}/discussions?correlation_id=${correlations[1]}`)).items).toHaveLength(1);
    await get('/api/groups/nobody/discussions', 404);
    await get(`/api/groups/${group.groupId}/discussions?cursor=x`, 400);
    await get(`/api/groups/${group.groupId}/discussions?symbol=NOPE`, 404);
  });

  it('lists lessons in pages, and shows one', async () => {
    const { items, next } = await get(`/api/groups/${group.groupId}/lessons?limit=2`);
    expect(items.map((item: { correlation_id: string }) => item.correlation_id)).toEqual([correlations[2], correlations[1]]);
    expect((await get(`/api/groups/${group.groupId}/lessons?limit=2&cursor=${next}`)).items).toHaveLength(1);
    expect(await get(`/api/lessons/${items[0].lesson_id}`)).toMatchObject({ ...items[0], text: expect.stringContaining('CPI'), situation: null });
    await get('/api/lessons/none', 404);
    await get('/api/groups/nobody/lessons', 404);
  });

  it('shows what an event would bring back, as the event would', async () => {
    const { items } = await get(`/api/groups/${group.groupId}/experiences?symbol=BTCUSDT&text=${encodeURIComponent('BTC dumps after CPI data')}`);
    expect(items).toHaveLength(3);
    expect(app.get(Experiences).about(group, heardEvent()).map(({ id }) => id)).toEqual(items.map(({ id }: { id: string }) => id));
    expect((await get(`/api/groups/${group.groupId}/experiences?text=staking`)).items).toEqual([]);
    await get(`/api/groups/${group.groupId}/experiences?text=${'x'.repeat(2001)}`, 400);
  });

  it('traces one correlation id, and nothing else', async () => {
    const found = await get(`/api/trace/${correlations[0]}`);
    expect(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Array.isArray(value) ? value.length : value])))
      .toEqual({ correlation_id: correlations[0], events: 1, discussions: 1, decisions: 2, orders: 2, fills: 2, trades: 1, lessons: 1, timeline: 10 });
    await get('/api/trace/nothing', 404);
    await get(`/api/trace/${'x'.repeat(129)}`, 400);
    await get('/api/trace/a%00b', 400);
  });
});
