import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 as timeOrderedId } from 'uuid';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { eventDesk, makeGroup, newEvent } from '../../../test/support/group-world.js';
import { HandFeed, instrumentOf } from '../../../test/support/hand-feed.js';
import { accountOf, paperWorld, type TradingWorld } from '../../../test/support/trading-world.js';
import type { Candle } from '../../model/candle.js';
import { decimal } from '../../model/decimal.js';
import { proposal, type Proposal } from '../../trading/proposal.js';
import { DiscussionReads } from '../discussions/discussion-reads.js';
import { Discussions } from '../discussions/discussions.js';
import { GroupStore } from '../group-store.js';
import type { Group } from '../group.js';
import { LessonIndex } from '../lessons/lesson-index.js';
import { LessonStore } from '../lessons/lesson-store.js';
import { Lessons } from '../lessons/lessons.js';
import type { Trace } from './trace.js';
import { Traces } from './traces.js';

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 0, 5, 15);
const LONG = { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } } as const;
type Rows = readonly Record<string, unknown>[];

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('a trace on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let feed: HandFeed;
  let world: TradingWorld;
  let lessons: Lessons;
  let traces: Traces;
  let group: Group;
  let bar: number;
  let faults: unknown[];

  beforeEach(async () => {
    db = await fresh();
    [bar, faults] = [0, []];
    feed = new HandFeed([instrumentOf('BTCUSDT')], '1m');
    world = await paperWorld(db, { feed, accounts: [accountOf('main', { mode: 'perpetual', maxLeverage: 20, limits: { ...accountOf('x').limits, maxPosition: 50, maxExposure: 50, maxConcentration: 50, ordersPerMinute: 100 } })] });
    group = await makeGroup(db, 'alpha');
    const store = new LessonStore(db.kysely);
    const onFault = (error: unknown): void => void faults.push(error);
    lessons = new Lessons({ db: db.kysely, trading: world.desks, writer: world.writer, store, index: new LessonIndex({ store, market: world.market, meanings: null, onFault }), model: null, embedder: null, onFault });
    await lessons.start();
    traces = new Traces(db.kysely, new DiscussionReads(db.kysely));
    await candle(100);
  });
  afterEach(async () => {
    await lessons.stop();
    await world.desks.stop(1000);
    expect([...world.errors, ...faults]).toEqual([]);
    await db.drop();
  });

  async function candle(price: number, more: Partial<Candle> = {}): Promise<void> {
    const time = BEGIN + bar++ * MINUTE;
    await feed.say('BTCUSDT', { time, knownAt: time + MINUTE, open: price, high: price, low: price, close: price, volume: 100_000, ...more });
    await world.desks.idle();
  }
  const want = (key: string, correlationId: string | null, of: Proposal['want'], more: Partial<Proposal> = {}) => world.desks.propose(proposal({
    key, accountId: 'main', symbol: 'BTCUSDT', origin: 'group', originId: group.groupId, correlationId, want: of, asOf: world.desks.now(), reason: 'decision ready', confidence: 0.9, ...more,
  }));
  const trace = async (id: string): Promise<Trace> => (await traces.find(id))!;
  const brief = ({ timeline }: Trace): string[] => timeline.map(({ kind, text }) => `${kind} ${text}`);

  test('an event, its discussion, the order with target and stop, the fill of the target and the lesson are one answer', async () => {
    const desk = eventDesk(db, world.writer);
    const { event } = await desk.publish(newEvent(['alpha', 'nobody']));
    const discussions = new Discussions({ db: db.kysely, groups: new GroupStore(db.kysely), reads: new DiscussionReads(db.kysely), writer: world.writer, events: desk, market: world.market });
    await discussions.take(group, { code: 'TRADING_GROUP_DISCUSSION_LOG', message: 'done', detail: { event_id: event.eventId, member_opinions: [{ name: 'Ann', opinion: 'LONG' }] } }, 'type');
    const asked = await desk.publish(newEvent([], { eventType: 'post_trade', origin: 'group', sourceId: 'alpha', title: 'decision ready', correlationId: event.correlationId }));
    const opened = await want('open', event.correlationId, LONG, { exits: { target: decimal(110), stop: decimal(95) } });
    await db.kysely.insertInto('group_trades').values({
      trade_id: asked.event.eventId, group_id: group.groupId, idempotency_key: null, payload_hash: 'h', correlation_id: event.correlationId, account_id: 'main', symbol: 'BTCUSDT',
      request: '{}', status: 'decided', outcome: JSON.stringify([{ leg: 'net', decision_id: opened.decisionId }]), created_at: asked.event.createdAt,
    }).execute();
    await candle(100);
    await want('other', 'another', { kind: 'close', quantity: decimal(0.4) }); // the protective pair is made anew
    await candle(100);
    await candle(111);
    await desk.publish(newEvent(['alpha'], { eventType: 'order_update', origin: 'server', sourceId: 'conclave', title: 'filled', correlationId: event.correlationId }));

    const found = await trace(event.correlationId);
    expect(found.events.map((each) => { const { event_type: type, deliveries, settled } = each as Record<string, unknown>; return [type, deliveries, settled]; }))
      .toEqual([['immediate', 1, 0], ['post_trade', 0, 0], ['order_update', 1, 0]]);
    expect(found.discussions).toEqual([expect.objectContaining({ event: expect.objectContaining({ id: event.eventId }), lesson_id: (found.lessons[0]!).lesson_id })]);
    expect(found.decisions.map(({ decision_id: id, origin, status, correlation_id: of }) => [id === opened.decisionId, origin, status, of])).toEqual([[true, 'group', 'filled', event.correlationId], [false, 'group', 'filled', event.correlationId]]);
    expect(found.orders.map(({ role, status, quantity }) => [role, status, quantity]).sort()).toEqual([
      ['entry', 'filled', 1], ['stop', 'cancelled', 0.6], ['stop', 'cancelled', 1], ['target', 'cancelled', 1], ['target', 'filled', 0.6],
    ]);
    expect((found.fills).map(({ side, quantity }) => [side, quantity])).toEqual([['buy', 1], ['sell', 0.6]]);
    expect(found.trades).toEqual([expect.objectContaining({ opened_by: opened.decisionId, side: 'long', quantity: 1, liquidated: false })]);
    expect(found.lessons).toEqual([expect.objectContaining({ correlation_id: event.correlationId, trade_id: (found.trades as Rows)[0]!['trade_id'] })]);
    // market time is months before the wall's: effects stand behind their causes all the same
    const kinds = brief(found).map((text) => text.split(' ')[0]);
    expect(kinds.slice(0, 5)).toEqual(['event', 'discussion', 'event', 'decision', 'order']);
    expect(kinds.indexOf('fill')).toBeGreaterThan(kinds.indexOf('order'));
    expect(kinds.indexOf('trade')).toBeGreaterThan(kinds.lastIndexOf('fill'));
    expect(kinds.indexOf('lesson')).toBeGreaterThan(kinds.indexOf('trade'));

    const other = await trace('another');
    expect(other.decisions).toHaveLength(1);
    expect(other.orders.map(({ role }) => role)).toEqual(['exit']);
    expect(other.trades).toEqual([]); // it took a part only
  });

  test('one hard-coded id has an opening and a later close; another position\'s protection is not its', async () => {
    await want('o1', 'fixed', LONG, { exits: { target: null, stop: decimal(90) } });
    await candle(100);
    await want('c1', 'fixed', { kind: 'close', quantity: null });
    await candle(100);
    await want('o2', 'later', LONG, { exits: { target: null, stop: decimal(95) } });
    await candle(100);
    const found = await trace('fixed');
    expect(brief(found)).toEqual([
      'decision group: buy 1 BTCUSDT, filled: decision ready', 'order entry: buy 1 BTCUSDT market, filled', expect.stringMatching(/^fill buy 1 BTCUSDT at 100/),
      'order stop: sell 1 BTCUSDT stop, cancelled', 'decision group: sell 1 BTCUSDT, filled: decision ready', 'order exit: sell 1 BTCUSDT market, filled',
      expect.stringMatching(/^fill sell 1/), expect.stringMatching(/^trade long 1 BTCUSDT/), expect.stringMatching(/^lesson /),
    ]);
    expect((await trace('later')).orders.map(({ role, stop_price: stop }) => [role, stop])).toEqual([['entry', null], ['stop', 95]]);
  });

  test('a liquidation is in it', async () => {
    await want('big', 'risky', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1500) } }, { leverage: 20 });
    await candle(100);
    await candle(90, { high: 100, open: 100 });
    const found = await trace('risky');
    expect(found.trades).toEqual([expect.objectContaining({ liquidated: true })]);
    expect(found.fills.map(({ side, liquidation }) => [side, liquidation])).toEqual([['buy', false], ['sell', true]]);
  });

  test('what time has ended is in it, in the name of the group', async () => {
    await want('timed', 'short-lived', LONG, { exitAt: world.desks.now() + 2 * MINUTE });
    for (let at = 0; at < 4; at += 1) await candle(100);
    expect((await trace('short-lived')).decisions.map(({ origin, status }) => [origin, status])).toEqual([['group', 'filled'], ['group', 'filled']]);
  });

  test('a refusal is in it with its gate; a signal\'s id finds what followed it; nothing is null', async () => {
    const signalId = timeOrderedId();
    await want('s', null, LONG, { origin: 'signal', originId: signalId, signalId });
    await want('huge', 'refused', { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(100_000) } });
    expect((await trace(signalId)).orders).toHaveLength(1);
    const refused = await trace('refused');
    expect(refused.decisions).toEqual([expect.objectContaining({ status: 'refused', gate: expect.objectContaining({ code: expect.any(String) }) })]);
    expect(refused.orders).toEqual([]);
    expect(await traces.find('nothing')).toBeNull();
  });

  test('a signal of which nothing has come is known all the same', async () => {
    await db.kysely.insertInto('signals').values({
      signal_id: 's1', run_id: 'r1', symbol: 'BTCUSDT', interval: '1m', action: 'BUY', confidence: 0.7, price: 100, timestamp: BEGIN, valid_until: BEGIN,
      depth: 'fast', source: 'test', body: '{}', view: '{}', opinions: '[]', created_at: 0, considered_at: null,
    }).execute();
    expect(await trace('s1')).toEqual({ correlation_id: 's1', events: [], discussions: [], decisions: [], orders: [], fills: [], trades: [], lessons: [], timeline: [] });
  });
});
