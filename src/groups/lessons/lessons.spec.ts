import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { eventDesk, heardEvent, makeGroup, newEvent } from '../../../test/support/group-world.js';
import { HandFeed, instrumentOf } from '../../../test/support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../../../test/support/trading-world.js';
import { until } from '../../../test/support/until.js';
import { Embedder } from '../../knowledge/news/embedder.js';
import { decimal } from '../../model/decimal.js';
import { proposal } from '../../trading/proposal.js';
import type { Decision } from '../../trading/trading.js';
import { DiscussionReads } from '../discussions/discussion-reads.js';
import { Discussions } from '../discussions/discussions.js';
import type { StoredEvent } from '../events/event.js';
import { GroupStore } from '../group-store.js';
import type { Group } from '../group.js';
import { LessonIndex } from './lesson-index.js';
import type { LessonModel } from './lesson-model.js';
import { LessonStore } from './lesson-store.js';
import { lessonOnWire } from './lesson-wire.js';
import { Lessons } from './lessons.js';
import { Meanings } from './meanings.js';
import { Openings } from './openings.js';
import { Recall } from './recall.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);
const NEAR = [[1, 0.1], [0, 1]] as const;

/** Says the same of every text that names inflation, and of every other. */
class TopicEmbedder extends Embedder {
  readonly model = 'topics';
  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return texts.map((text) => (/CPI|inflation/i.test(text) ? NEAR[0] : NEAR[1]));
  }
}

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('lessons of groups on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let world: TradingWorld;
  let index: LessonIndex;
  let lessons: Lessons | null;
  let group: Group;
  let bar: number;
  let faults: unknown[];

  beforeEach(async () => {
    db = await fresh();
    [bar, faults, lessons] = [0, [], null];
    group = await makeGroup(db, 'alpha');
    await begin();
  });
  afterEach(async () => {
    await lessons?.stop();
    await world.desks.stop(1000);
    await world.writer.idle();
    expect([...world.errors, ...faults]).toEqual([]);
    await db.drop();
  });

  async function begin(): Promise<void> {
    feed = new HandFeed([instrumentOf('BTCUSDT'), instrumentOf('ETHUSDT')], '1m');
    world = await paperWorld(db, { feed, accounts: [accountOf('main', { mode: 'perpetual', maxLeverage: 5 })] });
    new Openings({ market: world.market, trading: world.desks, writer: world.writer, onFault: (error) => faults.push(error) });
  }
  async function learning(model: LessonModel | null = null, embedder: Embedder | null = null): Promise<Lessons> {
    const store = new LessonStore(db.kysely);
    index = new LessonIndex({ store, market: world.market, meanings: embedder && new Meanings({ embedder, onChange: (error) => faults.push(error) }), onFault: (error) => faults.push(error) });
    await index.start({ shared: false });
    lessons = new Lessons({ db: db.kysely, trading: world.desks, writer: world.writer, store, index, model, embedder, onFault: (error) => faults.push(error) });
    await lessons.start();
    return lessons;
  }
  async function candle(price: number): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      await feed.say(symbol, { time, knownAt: time + MINUTE, open: price, high: price + 0.1, low: price - 0.1, close: price, volume: 1000 + (bar % 7) });
    }
    await world.desks.idle();
  }
  /** Until indicators are warm. */
  async function warm(): Promise<void> {
    for (let at = 0; at < 90; at += 1) await candle(100 + Math.sin(at / 5));
  }
  const wants = (key: string, want: Parameters<typeof proposal>[0]['want'], correlationId: string | null): Promise<Decision> => world.desks.propose(proposal({
    key, accountId: 'main', symbol: 'BTCUSDT', origin: 'group', originId: group.groupId, correlationId, want, asOf: world.desks.now(), reason: 'decision ready', confidence: 0.9,
  }));
  /** Event, discussion, a short from `from` to `to`, under the event's correlation id. */
  async function traded(from: number, to: number, more: Parameters<typeof newEvent>[1] = {}): Promise<StoredEvent> {
    const events = eventDesk(db, world.writer);
    const { event } = await events.publish(newEvent(['alpha'], more));
    const discussions = new Discussions({ db: db.kysely, groups: new GroupStore(db.kysely), reads: new DiscussionReads(db.kysely), writer: world.writer, events, market: world.market });
    await discussions.take(group, {
      type: 'system', code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'discussion completed',
      detail: { event_id: event.eventId, member_opinions: [{ name: 'Ann', opinion: 'SHORT', reasoning: 'Rejected at resistance' }, { name: 'Bob', signal: 'buy' }], decision: { action: 'SHORT' } },
    }, 'type');
    await wants(`open ${event.eventId}`, { kind: 'open', side: 'short', size: { kind: 'quantity', quantity: decimal(1) } }, event.correlationId);
    await candle(from);
    await wants(`close ${event.eventId}`, { kind: 'close', quantity: null }, event.correlationId);
    await candle(to);
    return event;
  }
  const rows = () => db.kysely.selectFrom('group_lessons').selectAll().orderBy('lesson_id').execute();

  test('a closed position leaves a lesson of facts, said in the room, and found for the next event like it', async () => {
    await learning();
    await warm();
    const event = await traded(100, 98);
    await world.writer.idle();
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    const [trade] = await db.kysely.selectFrom('closed_trades').selectAll().execute();
    expect(row).toMatchObject({ group_id: group.groupId, correlation_id: event.correlationId, trade_id: trade!.trade_id, symbol: 'BTCUSDT', side: 'short', source: 'facts', pnl: trade!.pnl, embedding: null });
    expect(row!.lesson).toMatch(/^On "BTC dumps after CPI data" \(price_move\) the group went short\. Of its members were for it Ann, against it Bob\. Short 1 BTCUSDT from 99\.\d+ to 98\.\d+, held for 1 min\. .* It was closed by a decision/);
    expect(JSON.parse(row!.situation!)).toMatchObject({ version: 1, interval: '1m', source: 'replay' });
    const [said] = await db.kysely.selectFrom('room_messages').selectAll().where('type', '=', 'group_lesson').execute();
    expect(JSON.parse(said!.body)).toEqual(lessonOnWire(row!));
    expect(index.about(group, heardEvent())).toEqual([{ id: row!.lesson_id, lesson: row!.lesson, outcome_return: row!.outcome_return }]);
    expect(index.about(await makeGroup(db, 'beta'), heardEvent())).toEqual([]);
    const [item] = await new DiscussionReads(db.kysely).page(group.groupId, {}, 10, null);
    expect(item!.orders.map(({ side, quantity, filled_quantity: filled, status }) => [side, quantity, filled, status])).toEqual([['sell', 1, 1, 'filled'], ['buy', 1, 1, 'filled']]);
    expect(item).toMatchObject({ lesson_id: row!.lesson_id, outcome: { pnl: Number(trade!.pnl), outcome_return: row!.outcome_return } });
  });

  test('what is little like it is not given: another market, another matter', async () => {
    await learning();
    await warm();
    await traded(100, 98);
    for (let at = 0; at < 60; at += 1) await candle(98 - at / 2 - (at % 2));
    expect(index.about(group, heardEvent({ title: 'Exchange adds staking', payload: 'Nothing else is known', tags: ['eth'] }))).toEqual([]);
    expect(index.about(group, heardEvent({ title: 'BTC dumps again after CPI data' }))).toHaveLength(1);
  });

  test('after a kill the trade that has no lesson gets it, once, and memory is read again', async () => {
    await warm();
    await traded(100, 98); // nobody learns: the process ends before it could
    await world.writer.idle();
    await world.desks.stop(1000);
    await begin();
    bar += 1;
    await learning();
    expect(await rows()).toHaveLength(1);
    await lessons!.stop();
    await learning();
    expect(await rows()).toHaveLength(1);
    expect(index.about(group, heardEvent())).toHaveLength(1);
  });

  test('a model is asked behind the event; broken off by the end it is asked again at the next start', async () => {
    let asked = 0;
    await learning({
      name: 'slow',
      draw: (_context, signal) => new Promise((resolve) => {
        asked += 1;
        signal.addEventListener('abort', () => resolve({ failed: 'CANCELLED' }));
      }),
    });
    await candle(100);
    await traded(100, 98); // resolves while the model thinks
    await until(() => asked === 1);
    expect(await rows()).toEqual([]);
    await lessons!.stop();
    expect(await rows()).toEqual([]);
    await learning({ name: 'm', draw: async ({ event, discussion, review }) => ({ lesson: `${event!.title}: ${discussion!.opinions.length} opinions, ${review.trade.side}` }) });
    await lessons!.idle();
    expect(await rows()).toEqual([expect.objectContaining({ source: 'model:m', lesson: 'BTC dumps after CPI data: 2 opinions, short', situation: null })]);
    expect(index.about(group, heardEvent())).toHaveLength(1); // in a cold market by its words
  });

  test('a model that fails leaves the facts, and says so', async () => {
    await learning({ name: 'm', draw: async () => ({ failed: 'TIMEOUT: no answer in time' }) });
    await candle(100);
    await traded(100, 98);
    await lessons!.idle();
    expect(await rows()).toEqual([expect.objectContaining({ source: 'facts' })]);
    expect(faults.splice(0).map(String)).toEqual([expect.stringContaining('TIMEOUT')]);
  });

  test('trades that no group opened teach groups nothing', async () => {
    await learning();
    await candle(100);
    const person = { accountId: 'main', symbol: 'BTCUSDT', origin: 'person', originId: 'me', asOf: world.desks.now(), reason: 'so' } as const;
    await world.desks.propose(proposal({ ...person, key: 'a', want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } } }));
    await candle(100);
    await wants('close', { kind: 'close', quantity: null }, 'c1');
    await candle(101);
    expect(world.ended).toHaveLength(1);
    expect(await rows()).toEqual([]);
  });

  test('who asks with a text gets what is meant alike, where embeddings are made', async () => {
    const embedder = new TopicEmbedder();
    await learning(null, embedder);
    await candle(100);
    await traded(100, 98);
    await lessons!.idle();
    const recall = new Recall({ index, embedder, onFault: (error) => faults.push(error) });
    const [row] = await rows();
    expect(lessonOnWire(row!).embedding).toBe('topics');
    expect(await recall.experiences(group, 'BTCUSDT', 'higher inflation than thought')).toEqual([expect.objectContaining({ id: row!.lesson_id, symbol: 'BTCUSDT', likeness: 0.55, by: 'meaning' })]);
    expect(await recall.experiences(group, 'BTCUSDT', 'a fork of the chain')).toEqual([]);
  });

  test('a second node learns what the first one has stored', async () => {
    await learning();
    const second = new LessonIndex({ store: new LessonStore(db.kysely), market: world.market, meanings: null, onFault: (error) => faults.push(error) });
    await second.start({ shared: true });
    await candle(100);
    await traded(100, 98);
    await second.refresh();
    expect(second.about(group, heardEvent())).toEqual(index.about(group, heardEvent()));
    expect(second.about(group, heardEvent())).toHaveLength(1);
    await second.stop();
  });
});
