import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { EventClient } from '../../../test/support/event-client.js';
import { eventEdges, newGroup } from '../../../test/support/event-edges.js';
import { until } from '../../../test/support/until.js';
import { FrameTakers } from '../group-sessions.js';
import { GroupStore } from '../group-store.js';
import { KEPT_MS } from '../idempotency.js';
import { EventRetention } from '../events/event-retention.js';
import { newToken } from '../token.js';
import { TriggerIntake } from './trigger-intake.js';

/** Only triggers send here. */
class ToIntake extends FrameTakers {
  intake: TriggerIntake | null = null;
  trade(): never { throw new Error('none trades here'); }
  log(): never { throw new Error('none logs here'); }
  trigger(...[source, fields, form]: Parameters<FrameTakers['trigger']>): ReturnType<FrameTakers['trigger']> {
    return this.intake!.take(source, fields, form, null);
  }
}

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('a trigger\'s event with an idempotency key, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let nodes: Awaited<ReturnType<typeof node>>[];
  let group: EventClient;
  const clients: EventClient[] = [];
  let count = 0;

  async function node(name: string) {
    const takers = new ToIntake();
    const edges = await eventEdges(db, name, { takers });
    takers.intake = new TriggerIntake({ db: db.kysely, events: edges.desk, groups: new GroupStore(db.kysely), frameBytes: 65_536 });
    return edges;
  }
  beforeAll(async () => {
    db = await fresh();
    nodes = [await node('node-1'), await node('node-2')];
    const { token } = await newGroup(db, 'trade_btc');
    group = await EventClient.group(nodes[0]!.ws, token, (frame, client) => { if (frame['type'] === 'event') client.send({ type: 'ack', id: frame['id'] }); });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.kill();
    for (const { faults } of nodes) expect(faults).toEqual([]);
  });
  afterAll(async () => {
    group.kill();
    for (const each of nodes) await each.stop();
    await db.drop();
  });

  async function trigger(): Promise<{ token: string; connect: (at?: number) => Promise<EventClient> }> {
    const { token, hash } = newToken('ct_');
    await db.kysely.insertInto('triggers').values({
      trigger_id: randomUUID(), name: `monitor_${(count += 1)}`, kind: 'external', config: '{}', enabled: 1, token_hash: hash, secret: null, connection_id: null, node: null,
      connected_at: null, seen_at: null, state: null, last_event_at: null, last_error: null, created_at: 1,
    }).execute();
    return {
      token,
      connect: async (at = 0) => {
        const client = await EventClient.connect(nodes[at]!.ws, `trigger_token=${token}`);
        clients.push(client);
        return client;
      },
    };
  }
  const frame = (key: string, more: object = {}): object => ({
    type: 'event', title: `BTC dumps ${key}`, payload: '{"symbol":"BTCUSDT","by":[1,2]}', targets: ['trade_btc'], condition: { trace: { idempotency_key: key } }, ...more,
  });
  const stored = (key: string) => db.kysely.selectFrom('group_events').selectAll().where('title', '=', `BTC dumps ${key}`).orderBy('event_id').execute();
  const heard = (key: string): readonly unknown[] => group.events.filter(({ title }) => title === `BTC dumps ${key}`).map(({ id }) => id as unknown);

  it('is one event however often it is sent, over broken lines and at another node', async () => {
    const { connect } = await trigger();
    const first = await (await connect()).ask(frame('lines'));
    expect(first).toEqual({ type: 'ack', ok: true, message: 'accepted', id: expect.any(String), dispatched_clients: 1 });
    for (let at = 0; at < 6; at += 1) {
      const client = await connect(at % 2);
      expect(await client.ask(frame('lines'))).toEqual({ ...first, duplicate: true });
      client.kill();
    }
    expect(await stored('lines')).toHaveLength(1);
    await until(() => heard('lines').length > 0, 'the group has it');
    const last = await (await connect()).ask(frame('last'));
    await until(() => heard('last').includes(last['id']), 'all before it are there');
    expect(heard('lines')).toEqual([first['id']]);
  });

  it('is one event where its frames come fifty at once', async () => {
    const client = await (await trigger()).connect();
    for (let at = 0; at < 50; at += 1) client.send(frame('flood'));
    await until(() => client.frames.length === 51, 'each is answered');
    const answers = client.frames.slice(1);
    expect(new Set(answers.map(({ id }) => id as unknown)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => duplicate !== true)).toHaveLength(1);
    expect(await stored('flood')).toHaveLength(1);
  });

  it('is one event where both nodes take it at once', async () => {
    const takers = nodes.map(({ desk }) => new TriggerIntake({ db: db.kysely, events: desk, groups: new GroupStore(db.kysely), frameBytes: 65_536 }));
    const source = { triggerId: randomUUID(), name: 'both' };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => takers[at % 2]!.take(source, frame('both'), 'type', null)));
    expect(new Set(answers.map(({ id }) => id as unknown)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => duplicate !== true)).toHaveLength(1);
  });

  it('is a conflict with another content, and stores nothing then; spelling, form and trace are no content', async () => {
    const client = await (await trigger()).connect();
    const first = await client.ask(frame('said'));
    for (const more of [{ payload: '{"symbol":"BTCUSDT","by":[2,1]}' }, { title: 'Another' }, { priority: 9 }, { tags: ['x'] }, { event_type: 'other' }, { condition: { domain: 'x', trace: { idempotency_key: 'said' } } }]) {
      expect(await client.ask(frame('said', more))).toEqual({
        type: 'ack', ok: false, message: 'IDEMPOTENCY_CONFLICT', retryable: false, correlation_id: first['id'],
        detail: [{ path: 'condition.trace.idempotency_key', message: expect.stringMatching(new RegExp(`^said stands for another payload, accepted at .* as ${first['id'] as string}: use another key`)) }],
      });
    }
    const again = { condition: { trace: { idempotency_key: 'said', correlation_id: 'another', at: 5 } } };
    expect(await client.ask(frame('said', { payload: '{ "by": [1, 2], "symbol": "BTCUSDT" }', ...again }))).toMatchObject({ ok: true, id: first['id'], duplicate: true });
    expect(await client.ask({ ...frame('said', { payload: { symbol: 'BTCUSDT', by: [1, 2] } }), type: undefined, kind: 'event', category: 'signal' })).toMatchObject({ ok: true, id: first['id'], duplicate: true });
    expect(await stored('said')).toHaveLength(1);
  });

  it('is the trigger\'s own: another\'s is another event', async () => {
    const [one, other] = [await (await trigger()).connect(), await (await trigger()).connect()];
    expect((await one.ask(frame('mine')))['id']).not.toBe((await other.ask(frame('mine')))['id']);
    expect(await stored('mine')).toHaveLength(2);
  });

  it('without a key each is its own, and a key that is none is refused', async () => {
    const client = await (await trigger()).connect();
    const bare = frame('bare', { condition: { trace: { correlation_id: 'c', idempotency_key: null } } });
    expect((await client.ask(bare))['id']).not.toBe((await client.ask(bare))['id']);
    for (const key of ['', 5, 'x'.repeat(129)]) {
      expect(await client.ask(frame('bare', { condition: { trace: { idempotency_key: key } } }))).toMatchObject({ ok: false, message: 'validation_error', detail: [{ path: 'condition.trace.idempotency_key' }] });
    }
  });

  it('stands for a day, in which it is not forgotten; after that it is another event', async () => {
    const client = await (await trigger()).connect();
    const first = await client.ask(frame('day'));
    const age = (by: number) => db.kysely.updateTable('group_events').set((eb) => ({ created_at: eb('created_at', '-', by) })).where('event_id', '=', String(first['id'])).execute();
    await age(KEPT_MS - 60_000);
    const forgotten: Promise<void>[] = [];
    const forget = (before: number): Promise<void> => {
      forgotten.push(nodes[0]!.deliveries.forget(before));
      return forgotten.at(-1)!;
    };
    const retention = new EventRetention({ forget }, 1, (error) => { throw error; });
    retention.start();
    retention.stop();
    expect(forgotten).toHaveLength(1);
    await Promise.all(forgotten);
    expect(await client.ask(frame('day'))).toMatchObject({ id: first['id'], duplicate: true });
    await age(120_000);
    const second = await client.ask(frame('day', { payload: 'something else' }));
    expect(second).not.toHaveProperty('duplicate');
    expect(second['id']).not.toBe(first['id']);
    expect(await client.ask(frame('day', { payload: 'something else' }))).toMatchObject({ id: second['id'], duplicate: true });
    expect((await stored('day')).map(({ event_id: id }) => id)).toEqual([first['id'], second['id']]);
  });
});
