import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { GROUP, TriggerWorld } from '../../../test/support/trigger-world.js';
import type { Flaw } from '../answer.js';

const GOOD = { title: 'BTC dumps', payload: '{"a":1}', targets: [GROUP] };

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('an event of a trigger, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let world: TriggerWorld;
  let source: { triggerId: string; name: string };
  beforeAll(async () => {
    db = await fresh();
    world = new TriggerWorld(db, 2000);
    await world.group();
    await world.group('other');
    source = { triggerId: await world.trigger('twitter', 'external', {}), name: 'twitter' };
  });
  afterAll(() => db.drop());

  const stored = (id: unknown) => db.kysely.selectFrom('group_events').selectAll().where('event_id', '=', String(id)).executeTakeFirstOrThrow();
  /** Paths of the flaws. */
  const flawed = async (frame: unknown, form: 'type' | 'kind' = 'type'): Promise<string[]> => {
    const { ok, message, detail } = await world.intake.take(source, frame, form, null);
    expect([ok, message]).toEqual([false, 'validation_error']);
    return (detail as Flaw[]).map(({ path }) => path);
  };

  it('is stored under an id and a source that the server gives, whatever the frame says of them', async () => {
    const frame = { ...GOOD, type: 'event', id: 'mine', source_id: 'somebody', priority: 9, tags: ['btc'], condition: { trace: { correlation_id: 'c-1', step: 2 } } };
    const answer = await world.intake.take(source, frame, 'type', null);
    expect(answer).toEqual({ ok: true, message: 'accepted', id: expect.any(String), dispatched_clients: 0 });
    expect(await stored(answer['id'])).toMatchObject({
      source_id: 'twitter', origin: 'trigger', origin_id: source.triggerId, event_type: 'immediate', priority: 9, title: 'BTC dumps', payload: '{"a":1}', tags: '["btc"]',
      correlation_id: 'c-1', condition: '{"trace":{"correlation_id":"c-1","step":2}}',
    });
    const { last_event_at: last } = await world.row('twitter');
    expect(last).toBe((await stored(answer['id'])).created_at);
  });

  it('has priority 5, no tags and its own id as correlation where nothing is said', async () => {
    const { id } = await world.intake.take(source, GOOD, 'type', null);
    expect(await stored(id)).toMatchObject({ priority: 5, tags: '[]', condition: null, correlation_id: id });
  });

  it('says which targets name no group, and is refused where none does, with those that there are', async () => {
    expect(await world.intake.take(source, { ...GOOD, targets: [GROUP, 'nobody', GROUP] }, 'type', null)).toMatchObject({ ok: true, unknown_targets: ['nobody'] });
    expect(await world.intake.take(source, { ...GOOD, targets: ['nobody'] }, 'type', null)).toMatchObject({
      ok: false, message: 'validation_error', detail: [{ path: 'targets', message: 'must name a group: there are other, trade_btc' }],
    });
  });

  it('is one event under one key, also where it comes twice at once', async () => {
    const first = await world.intake.take(source, GOOD, 'type', 'once');
    const second = await world.intake.take(source, { ...GOOD, title: 'Again' }, 'type', 'once');
    expect(second).toMatchObject({ ok: true, id: first['id'], duplicate: true });
    expect(first).not.toHaveProperty('duplicate');
    const both = await Promise.all([world.intake.take(source, GOOD, 'type', 'at once'), world.intake.take(source, GOOD, 'type', 'at once')]);
    expect([both[0]['id'], both.filter(({ duplicate }) => duplicate).length]).toEqual([both[1]['id'], 1]);
  });

  it.each(['post_trade', 'order_update', 'config_update', 'system'])('may not be %s', async (eventType) => {
    expect(await world.intake.take(source, { ...GOOD, event_type: eventType }, 'type', null)).toMatchObject({ ok: false, message: 'forbidden_event', detail: [{ path: 'event_type' }] });
  });

  it('of the newer form has a category and may have an object as payload', async () => {
    const { id } = await world.intake.take(source, { ...GOOD, category: 'signal', payload: { b: [1] } }, 'kind', null);
    expect(await stored(id)).toMatchObject({ event_type: 'immediate', payload: '{"b":[1]}' });
    expect(await world.intake.take(source, { ...GOOD, category: 'decision' }, 'kind', null)).toMatchObject({ message: 'forbidden_event', detail: [{ path: 'category' }] });
    expect(await flawed({ ...GOOD, payload: { b: 1 } })).toEqual(['payload']);
  });

  it('has every flaw named by its path', async () => {
    expect(await flawed({ event_type: 'No', priority: 11, targets: [], title: ' ', payload: 5, tags: 'x', condition: [] }))
      .toEqual(['event_type', 'condition', 'priority', 'targets', 'title', 'payload', 'tags']);
    expect(await flawed({ ...GOOD, targets: [GROUP, 5], tags: ['t', 'x'.repeat(41)] })).toEqual(['targets[1]', 'tags[1]']);
  });

  it.each<[string, object, string]>([
    ['a priority that is no integer', { priority: 5.5 }, 'priority'],
    ['too many targets', { targets: Array.from({ length: 1001 }, (_, at) => `g${at}`) }, 'targets'],
    ['a title that is too long', { title: 'x'.repeat(201) }, 'title'],
    ['a title that no database takes', { title: 'a\0b' }, 'title'],
    ['a payload that is too long', { payload: 'ü'.repeat(1001) }, 'payload'],
    ['too many tags', { tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, 'tags'],
    ['a correlation without text', { condition: { trace: { correlation_id: '' } } }, 'condition.trace.correlation_id'],
    ['a correlation that is too long', { condition: { trace: { correlation_id: 'x'.repeat(129) } } }, 'condition.trace.correlation_id'],
    ['a trace that is none', { condition: { trace: 5 } }, 'condition.trace'],
    ['a type that is none', { event_type: null }, 'event_type'],
  ])('is refused for %s', async (_what, more, path) => {
    expect(await flawed({ ...GOOD, ...more })).toEqual([path]);
  });

  it('is refused where it is no object, and where its payload is nested so deeply that nobody could write it', async () => {
    for (const frame of [null, 'event', [GOOD], 5]) expect(await flawed(frame)).toEqual(['']);
    let deep: object = {};
    for (let at = 0; at < 100_000; at += 1) deep = { deep };
    expect(await flawed({ ...GOOD, payload: deep }, 'kind')).toEqual(['payload']);
  });
});
