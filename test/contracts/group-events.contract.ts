import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/storage/database.js';
import type { FreshDatabase } from '../support/databases.js';
import { EventClient, type EventFrame } from '../support/event-client.js';
import { bringing, eventEdges, eventFor, newGroup, type EventEdgesOptions } from '../support/event-edges.js';
import { until } from '../support/until.js';

type Edges = Awaited<ReturnType<typeof eventEdges>>;

/** What every database must do for groups' events. */
export function groupEvents(name: string, fresh: () => Promise<FreshDatabase>): void {
  describe(`events for groups on ${name}`, () => {
    let db: FreshDatabase;
    let edges: Edges;
    const clients: EventClient[] = [];
    beforeAll(async () => {
      db = await fresh();
      edges = await eventEdges(db, 'node-1');
    });
    afterEach(() => {
      for (const client of clients.splice(0)) client.kill();
      expect(edges.faults).toEqual([]);
    });
    afterAll(async () => {
      await edges.stop();
      await db.drop();
    });

    const connect = async (query: string, onFrame?: (frame: EventFrame, client: EventClient) => void, at: Edges = edges): Promise<EventClient> => {
      const client = await EventClient.connect(at.ws, query, onFrame);
      clients.push(client);
      return client;
    };
    const group = (token: string, onFrame?: (frame: EventFrame, client: EventClient) => void, at?: Edges): Promise<EventClient> => connect(`trading_group_token=${token}`, onFrame, at);
    const acking = (frame: EventFrame, client: EventClient): void => { if (frame['type'] === 'event') client.send({ type: 'ack', id: frame['id'] }); };
    const open = async (groupId: string): Promise<number> => (await db.kysely.selectFrom('group_deliveries').select('event_id').where('group_id', '=', groupId).where('settled_at', 'is', null).execute()).length;

    it.each([['no token', ''], ['a wrong one', 'trading_group_token=cg_wrong'], ['a wrong trigger token', 'trigger_token=ct_wrong'], ['both tokens', 'trading_group_token=a&trigger_token=b'], ['an empty one', 'trading_group_token=']])('%s: told why, and closed with 1008', async (_what, query) => {
      const client = await connect(query);
      expect(await client.end()).toMatchObject({ code: 1008 });
      expect(client.frames[0]).toMatchObject({ type: 'ack', ok: false, detail: [{ message: expect.stringMatching(/token/) }] });
    });

    it('greets a group with its configuration and members', async () => {
      const { groupId, token } = await newGroup(db, 'greeted');
      await db.kysely.insertInto('group_members').values({ member_id: 'm1', group_id: groupId, name: 'Ann', role: 'group_leader', provider: 'openai', model: 'gpt-x', system_prompt: 'Lead.', created_at: 1 }).execute();
      const client = await group(token);
      expect(client.frames[0]).toEqual({
        type: 'ack', ok: true, message: 'connected', client_id: expect.any(String), subscriptions: ['greeted'],
        config: {
          group_id: groupId, group_name: 'greeted', market: 'crypto', symbol: 'BTCUSDT', interval: '15m', leverage: 2, margin_usd: 100, position_mode: 'oneway', account_id: 'main',
          members: [{ member_id: 'm1', name: 'Ann', role: 'group_leader', provider: 'openai', model: 'gpt-x', system_prompt: 'Lead.' }],
        },
      });
    });

    it('an event goes to the groups that it names, and says how many of them are there', async () => {
      const [here, away, other] = [await newGroup(db, 'here'), await newGroup(db, 'away'), await newGroup(db, 'other')];
      const client = await group(here.token);
      const bystander = await group(other.token);
      const { event, dispatched, unknown } = await edges.desk.publish(eventFor(['here', 'away', 'nobody'], { priority: 7, condition: { trace: { correlation_id: 'c-1' } }, correlationId: 'c-1' }));
      expect({ dispatched, unknown }).toEqual({ dispatched: 1, unknown: ['nobody'] });
      await client.until(() => client.events.length === 1);
      expect(client.events[0]).toEqual({
        type: 'event', event_type: 'immediate', id: event.eventId, source_id: 'social_monitor', priority: 7, targets: ['here', 'away', 'nobody'], title: 'BTC dumps',
        payload: '{"symbol":"BTCUSDT"}', tags: ['btc'], condition: { trace: { correlation_id: 'c-1' } }, created_at: new Date(event.createdAt).toISOString(),
      });
      expect(bystander.events).toEqual([]);
      expect(await open(away.groupId)).toBe(1);
      const said = await edges.log.read(`group:${away.groupId}`, 0, 10, 1e6);
      expect(said.map(({ type }) => type)).toContain('group_event');
    });

    it('what has a key is one event, however often and at once it is published', async () => {
      const { token } = await newGroup(db, 'keyed');
      const client = await group(token, acking);
      const all = await Promise.all(Array.from({ length: 20 }, () => edges.desk.publish(eventFor(['keyed'], { key: 'signal:1' }))));
      expect(new Set(all.map(({ event }) => event.eventId)).size).toBe(1);
      expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      await edges.desk.publish(eventFor(['keyed'], { title: 'last' }));
      await client.until(() => client.events.some(({ title }) => title === 'last'));
      expect(client.events).toHaveLength(2);
    });

    it('a backlog comes by priority, then by age', async () => {
      const { token } = await newGroup(db, 'backlog');
      const priorities = [5, 9, 1, 9, 10, 5];
      for (const [at, priority] of priorities.entries()) await edges.desk.publish(eventFor(['backlog'], { priority, title: `${at}` }));
      const client = await group(token, acking);
      await client.until(() => client.events.length === priorities.length);
      expect(client.events.map(({ priority, title }) => [priority, title])).toEqual([[10, '4'], [9, '1'], [9, '3'], [5, '0'], [5, '5'], [1, '2']]);
    });

    it('one that acknowledges and is killed while a thousand arrive gets each that it had not settled, in order, and none twice after settling', async () => {
      const { groupId, token } = await newGroup(db, 'killed');
      let acks = 0;
      const before = await group(token, (frame, client) => {
        if (frame['type'] !== 'event' || acks >= 150) return;
        acks += 1;
        client.send({ type: 'ack', id: frame['id'] });
        if (acks === 150) client.ws.once('pong', () => client.kill()).ping(); // its acks have arrived
      });
      const publishing = (async () => {
        for (let from = 0; from < 1000; from += 50) {
          await Promise.all(Array.from({ length: 50 }, (_, at) => edges.desk.publish(eventFor(['killed'], { priority: 1 + ((from + at) * 7) % 10, title: `${from + at}` }))));
        }
      })();
      await before.end();
      await publishing;
      await until(async () => await open(groupId) === 850, 'all settled that were acknowledged');
      const settled = new Set((await db.kysely.selectFrom('group_deliveries').select('event_id').where('group_id', '=', groupId).where('settled_at', 'is not', null).execute()).map((row) => row.event_id));
      const rest: EventFrame[] = [];
      const after = await group(token, (frame, client) => {
        if (frame['type'] !== 'event') return;
        rest.push(frame);
        client.send({ type: 'ack', id: frame['id'] });
      });
      await after.until(() => rest.length >= 850);
      await until(async () => await open(groupId) === 0, 'all settled');
      expect(rest).toHaveLength(850);
      expect(new Set([...settled, ...rest.map(({ id }) => id as string)]).size).toBe(1000);
      const order = rest.map(({ priority, id }) => [10 - (priority as number), id as string] as const);
      expect(order).toEqual([...order].sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1)));
    });

    it('one that never acknowledges has settled what was written to it, and does not get it again', async () => {
      const { groupId, token } = await newGroup(db, 'silent');
      const client = await group(token);
      await edges.desk.publish(eventFor(['silent'], { title: 'first' }));
      await client.until(() => client.events.length === 1);
      await until(async () => await open(groupId) === 0, 'settled by the write');
      client.kill();
      await client.end();
      await edges.desk.publish(eventFor(['silent'], { title: 'second' }));
      const again = await group(token);
      await again.until(() => again.events.length > 0);
      expect(again.events.map(({ title }) => title)).toEqual(['second']);
      again.close(); // an orderly end settles at once what was written
      await until(async () => await open(groupId) === 0, 'settled by the close');
    });

    it('one whose line broke before it could acknowledge anything gets it again, under the same id', async () => {
      const { token } = await newGroup(db, 'broken');
      const client = await group(token, (frame, self) => { if (frame['type'] === 'event') self.kill(); });
      const { event } = await edges.desk.publish(eventFor(['broken']));
      await client.end();
      const again = await group(token);
      await again.until(() => again.events.length > 0);
      expect(again.events.map(({ id }) => id)).toEqual([event.eventId]);
    });

    it('a token that connects again takes over', async () => {
      const { token } = await newGroup(db, 'taken');
      const first = await group(token);
      const second = await group(token);
      expect(await first.end()).toEqual({ code: 1008, reason: 'REPLACED' });
      expect(first.frames.at(-1)).toMatchObject({ type: 'ack', ok: false, message: 'REPLACED' });
      await edges.desk.publish(eventFor(['taken']));
      await second.until(() => second.events.length === 1);
    });

    it('the newer form is answered in kind, and remembered', async () => {
      const { token } = await newGroup(db, 'newer');
      const client = await group(token);
      expect(await client.ask({ kind: 'ping' })).toEqual({ kind: 'ack', ok: true, message: 'pong' });
      await edges.desk.publish(eventFor(['newer'], { payload: '{"symbol":"BTCUSDT"}' }));
      await client.until(() => client.events.length === 1);
      expect(client.events[0]).toMatchObject({ kind: 'event', category: 'signal', payload: { symbol: 'BTCUSDT' } });
      client.close();
      await until(async () => (await db.kysely.selectFrom('groups').select('form').where('name', '=', 'newer').executeTakeFirst())?.form === 'kind');
      expect((await group(token)).frames[0]).toMatchObject({ kind: 'ack', ok: true, message: 'connected' });
    });

    it.each([['no JSON', '{'], ['a list', '[]'], ['no type', '{"x":1}'], ['another type', '{"type":"subscribe"}'], ['an ack without an id', '{"type":"ack"}']])('%s is refused with a reason, and the connection stays', async (_what, text) => {
      const { token } = await newGroup(db, `bad${_what.replaceAll(' ', '')}`);
      const client = await group(token);
      client.send(text);
      await client.until(() => client.frames.length === 2);
      expect(client.frames[1]).toMatchObject({ type: 'ack', ok: false, message: expect.stringMatching(/^(BAD_JSON|validation_error|UNKNOWN_TYPE)$/), detail: [{ path: expect.any(String), message: expect.any(String) }] });
      expect(await client.ask({ type: 'ping' })).toMatchObject({ ok: true });
    });

    it('what it sent before it closed is taken all the same, also what stood behind something slow', async () => {
      const taken: unknown[] = [];
      const takers = { trade: async (_group: unknown, fields: unknown) => { taken.push(fields); await new Promise((resolve) => setImmediate(resolve)); return { ok: true, message: 'accepted' }; }, log: () => Promise.reject(new Error('none')), trigger: () => Promise.reject(new Error('none')) };
      const slow = await eventEdges(db, 'node-y', { takers });
      const { token } = await newGroup(db, 'hasty');
      const client = await group(token, undefined, slow);
      for (let at = 0; at < 5; at += 1) client.send({ type: 'event', event_type: 'post_trade', at });
      client.close();
      await until(() => taken.length === 5, 'all five');
      expect(taken).toEqual([0, 1, 2, 3, 4].map((at) => ({ event_type: 'post_trade', at })));
      await slow.stop();
    });

    it('what a group has learnt comes with its events', async () => {
      const learnt = await eventEdges(db, 'node-x', { experiences: bringing([{ id: 'l1', lesson: 'Wait for the close', outcome_return: -0.01 }]) });
      const { token } = await newGroup(db, 'learnt');
      const client = await group(token, acking, learnt);
      await learnt.desk.publish(eventFor(['learnt']));
      await client.until(() => client.events.length === 1);
      expect(client.events[0]!['experiences']).toEqual([{ id: 'l1', lesson: 'Wait for the close', outcome_return: -0.01 }]);
      await learnt.stop();
    });
  });
}

/** Two nodes on one database: a word between them, or none. */
export function groupEventsOnTwoNodes(fresh: () => Promise<FreshDatabase>, channelsOf: () => readonly EventEdgesOptions['channels'][]): void {
  describe('groups on two nodes', () => {
    let db: FreshDatabase;
    let nodes: Edges[];
    beforeAll(async () => {
      db = await fresh();
      nodes = await Promise.all(channelsOf().map((channels, at) => eventEdges(db as Database, `node-${at + 1}`, { channels: channels ?? null })));
    });
    afterAll(async () => {
      for (const node of nodes) await node.stop();
      await db.drop();
    });

    it('an event that one has stored goes to the group at the other', async () => {
      const { token } = await newGroup(db, 'far');
      const client = await EventClient.group(nodes[1]!.ws, token);
      const { dispatched } = await nodes[0]!.desk.publish(eventFor(['far']));
      expect(dispatched).toBe(1);
      await client.until(() => client.events.length === 1);
      client.close();
      await client.end();
    });

    it('a token that connects to the other takes over', async () => {
      const { token } = await newGroup(db, 'moving');
      const first = await EventClient.group(nodes[0]!.ws, token);
      const second = await EventClient.group(nodes[1]!.ws, token);
      expect(await first.end()).toEqual({ code: 1008, reason: 'REPLACED' });
      second.close();
      await second.end();
    });

    it('a revoked token is closed on every node within five seconds', async () => {
      const [one, two] = [await newGroup(db, 'revoked-1'), await newGroup(db, 'revoked-2')];
      const held = [await EventClient.group(nodes[0]!.ws, one.token), await EventClient.group(nodes[1]!.ws, two.token)];
      const at = performance.now();
      await db.kysely.updateTable('groups').set({ token_hash: null }).where('group_id', 'in', [one.groupId, two.groupId]).execute();
      nodes[0]!.ofGroups.changed(one.groupId);
      nodes[0]!.ofGroups.changed(two.groupId);
      for (const client of held) expect(await client.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
      expect(performance.now() - at).toBeLessThan(5000);
      expect(await (await EventClient.group(nodes[1]!.ws, one.token)).end()).toMatchObject({ code: 1008 });
    });
  });
}
