import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { eventDesk, makeGroup, newEvent } from '../../../test/support/group-world.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { roomNode } from '../../../test/support/room-node.js';
import { CodedError } from '../../model/codes.js';
import type { EventDesk } from '../events/event-desk.js';
import { GroupStore } from '../group-store.js';
import type { Group } from '../group.js';
import { DiscussionReads } from './discussion-reads.js';
import { Discussions } from './discussions.js';

const LOG = 'TRADING_GROUP_DISCUSSION_LOG';
const market = {
  instrument: (symbol: string) => {
    if (symbol.replace('/', '').toUpperCase() !== 'BTCUSDT') throw new CodedError('UNKNOWN_SYMBOL', 'no feed knows it');
    return instrumentOf('BTCUSDT');
  },
};

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('discussions on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let group: Group;
  let other: Group;
  let events: EventDesk;
  let discussions: Discussions;
  let reads: DiscussionReads;
  let now: number;

  beforeEach(async () => {
    db = await fresh();
    const { writer } = roomNode(db);
    [group, other] = [await makeGroup(db, 'alpha'), await makeGroup(db, 'beta')];
    events = eventDesk(db, writer);
    reads = new DiscussionReads(db.kysely);
    now = Date.now();
    discussions = new Discussions({ db: db.kysely, groups: new GroupStore(db.kysely), reads, writer, events, market, now: () => now });
  });
  afterEach(() => db.drop());

  const take = (detail: unknown, more: object = {}) => discussions.take(group, { type: 'system', level: 'info', code: LOG, message: 'discussion completed', detail, ...more }, 'type');
  const list = (filter: Parameters<DiscussionReads['page']>[1] = {}, limit = 50, before: string | null = null) => reads.page(group.groupId, filter, limit, before);
  const said = () => db.kysely.selectFrom('room_messages').selectAll().where('type', '=', 'group_discussion').orderBy('offset').execute();

  test('the frame of the integration guide is stored, said in the group\'s room and linked to its event', async () => {
    const { event } = await events.publish(newEvent(['alpha']));
    const opinions = [{ name: 'Ann', role: 'technical_analyst', opinion: 'SHORT', confidence: 0.7, reasoning: 'Below \0VWAP', own: { nested: [1] } }];
    const decision = { action: 'SHORT', confidence: 0.7 };
    const answer = await take({ group_id: 'my label', event_id: event.eventId, symbol: 'btc/usdt', member_opinions: opinions, decision });
    expect(answer).toEqual({ ok: true, message: 'logged', id: expect.any(String) });
    const [item] = await list();
    expect(item).toEqual({
      discussion_id: answer['id'], group_id: group.groupId, correlation_id: event.correlationId, symbol: 'BTCUSDT', message: 'discussion completed', level: 'info',
      event: { id: event.eventId, title: 'BTC dumps after CPI data', source_id: 'price_move' }, member_opinions: [{ ...opinions[0], reasoning: 'Below VWAP' }], decision,
      orders: [], outcome: null, lesson_id: null, timestamp: new Date(now).toISOString(),
    });
    const [message] = await said();
    expect(message!.room).toBe(`group:${group.groupId}`);
    expect(JSON.parse(message!.body)).toEqual(item);
  });

  test('the correlation id finds the event; an event of another group is not linked', async () => {
    const { event } = await events.publish(newEvent(['alpha'], { correlationId: 'run-1' }));
    await events.publish(newEvent(['alpha'], { correlationId: 'run-1', eventType: 'order_update', title: 'echo' }));
    const foreign = await events.publish(newEvent(['beta'], { correlationId: 'run-2' }));
    await take({ trace: { correlation_id: 'run-1' } });
    await take({ event_id: foreign.event.eventId });
    await take({ correlation_id: 'run-3', symbol: 'DOGEUSDT' });
    expect((await list()).map(({ correlation_id: correlation, event: about, symbol }) => [correlation, about?.id ?? null, symbol])).toEqual([
      ['run-3', null, 'DOGEUSDT'], [null, null, 'BTCUSDT'], ['run-1', event.eventId, 'BTCUSDT'],
    ]);
    expect((await list({ correlationId: 'run-3' })).length).toBe(1);
    expect((await list({ symbol: 'BTCUSDT' }, 1)).length).toBe(2); // one more than asked says that there is a next page
    const [first, second, third] = await list();
    expect(await list({}, 1, first!.discussion_id)).toEqual([second, third]);
  });

  test('a repeat within a minute adds nothing, also at once; later or with another content it does', async () => {
    const detail = { correlation_id: 'run-1', member_opinions: [{ name: 'Ann' }] };
    const ids = (await Promise.all([take(detail), take(detail), take(detail)])).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    now += 59_000;
    expect((await take(detail))['id']).toBe(ids[0]);
    await take({ ...detail, member_opinions: [] });
    await discussions.take(other, { type: 'system', code: LOG, detail }, 'type');
    now += 2000;
    expect((await take(detail))['id']).not.toBe(ids[0]);
    expect((await list()).length).toBe(3);
    expect((await said()).length).toBe(4);
  });

  test.each([
    ['no object', 'hello', ['detail']],
    ['another group\'s id', (): unknown => ({ group_id: other.groupId }), ['detail.group_id']],
    ['opinions that are none', { member_opinions: ['BUY', { name: 'Ann' }, 3] }, ['detail.member_opinions.0', 'detail.member_opinions.2']],
    ['opinions without a list', { member_opinions: {} , decision: 'BUY' }, ['detail.member_opinions', 'detail.decision']],
    ['too many of them', { member_opinions: Array.from({ length: 51 }, () => ({})) }, ['detail.member_opinions']],
    ['ids that are none', { correlation_id: 7, event_id: '', symbol: 'X'.repeat(21) }, ['detail.event_id', 'detail.correlation_id', 'detail.symbol']],
    ['a pit', { decision: JSON.parse('{"a":'.repeat(20) + '1' + '}'.repeat(20)) as unknown }, ['detail.decision.a.a.a.a.a.a.a']],
  ])('%s is refused with its path, and nothing is stored', async (_what, detail, paths) => {
    const answer = await take(typeof detail === 'function' ? detail() : detail);
    expect(answer).toMatchObject({ ok: false, message: 'validation_error' });
    expect((answer['detail'] as { path: string }[]).map(({ path }) => path)).toEqual(paths);
    expect(await list()).toEqual([]);
  });

  test('frames without a code, or of the wrong form, are refused', async () => {
    const refused = async (frame: unknown) => (await discussions.take(group, frame, 'kind'))['detail'];
    expect(await refused({ type: 'system', message: 'x' })).toEqual([{ path: 'code', message: expect.stringContaining(LOG) }]);
    expect(await refused({ code: 'A B', message: 7, level: {} })).toEqual([
      { path: 'level', message: expect.any(String) }, { path: 'code', message: expect.any(String) }, { path: 'message', message: 'must be a text' },
    ]);
    expect(await refused([])).toEqual([{ path: '', message: 'a frame must be an object' }]);
    expect(await db.kysely.selectFrom('group_events').selectAll().execute()).toEqual([]);
  });

  test('another code goes to the event log, for nobody', async () => {
    const answer = await discussions.take(group, { type: 'system', level: 'warn', code: 'MODEL_SLOW', message: 'took 9 s', detail: { ms: 9000, correlation_id: 'run-9' } }, 'type');
    const [row] = await db.kysely.selectFrom('group_events').selectAll().execute();
    expect(answer).toEqual({ ok: true, message: 'logged', id: row!.event_id });
    expect(row).toMatchObject({ event_type: 'system', origin: 'group', source_id: 'alpha', origin_id: group.groupId, title: 'MODEL_SLOW', targets: '[]', correlation_id: 'run-9' });
    expect(JSON.parse(row!.payload)).toEqual({ level: 'warn', message: 'took 9 s', detail: { ms: 9000, correlation_id: 'run-9' } });
    expect(await list()).toEqual([]);
  });
});
