import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { newGroup, rest, type Body, type NewGroup } from '../support/group-admin.js';
import type { TestServer } from '../support/server.js';
import { until } from '../support/until.js';

describe('groups on two nodes', () => {
  let cluster: Cluster;
  let [trader, other]: (TestServer | null)[] = [null, null];
  beforeAll(async () => {
    cluster = await Cluster.start(2, { SYMBOLS: 'BTCUSDT' });
    const trades = (node: TestServer): boolean => /This node trades"/.test(node.output());
    await until(() => cluster.nodes.some(trades), 'one that trades');
    trader = cluster.nodes.find(trades)!;
    other = cluster.nodes.find((node) => node !== trader)!;
    for (const node of cluster.nodes) await until(async () => (await rest(node, 'GET', '/api/market/prices') as Body[]).some(({ timestamp }) => Date.now() - Date.parse(timestamp as string) < 5000), 'a price');
  });
  afterAll(() => cluster.remove());

  const trade = (signal: object, correlation: string): object => ({
    type: 'event', event_type: 'post_trade', targets: ['trade_execution'], title: 'd', payload: JSON.stringify({ symbol: 'BTCUSDT', signal }),
    condition: { domain: 'trade_decision', trace: { correlation_id: correlation } },
  });
  const ordersOf = async (node: TestServer, { account_id: account }: NewGroup): Promise<Body[]> => (await rest(node, 'GET', `/api/orders?account=${account}`)).items as Body[];
  const updates = (client: EventClient): Body[] => client.events.filter(({ event_type: type }) => type === 'order_update').map(({ payload }) => JSON.parse(payload as string) as Body);

  it('a token that connects to the other node takes over, whichever was first', async () => {
    const { token } = await newGroup(trader!, 'moves');
    let before: EventClient | null = null;
    for (const node of [trader!, other!, trader!]) {
      const next = await EventClient.group(node.ws, token);
      expect(next.frames[0]).toMatchObject({ ok: true, message: 'connected' });
      if (before) expect(await before.end()).toEqual({ code: 1008, reason: 'REPLACED' });
      before = next;
    }
    before!.close();
  });

  it('a revoked token is closed within 5 s on every node, and a trigger\'s too', async () => {
    const held: EventClient[] = [];
    const groups: NewGroup[] = [];
    for (const [at, node] of [trader!, other!].entries()) {
      groups.push(await newGroup(other!, `revoked_${at}`));
      held.push(await EventClient.group(node.ws, groups[at]!.token));
    }
    const monitor = await rest(trader!, 'POST', '/api/triggers', { name: 'revoked_trigger', kind: 'external', config: {} });
    held.push(await EventClient.connect(other!.ws, `trigger_token=${monitor.token}`));
    const since = performance.now();
    for (const { group_id: id } of groups) expect((await fetch(`${trader!.url}/api/groups/${id}/token`, { method: 'DELETE' })).status).toBe(204);
    await fetch(`${trader!.url}/api/triggers/${monitor.trigger_id}`, { method: 'DELETE' });
    for (const client of held) expect(await client.end()).toEqual({ code: 1008, reason: 'TOKEN_INVALID' });
    expect(performance.now() - since).toBeLessThan(5000);
    for (const node of cluster.nodes) expect((await (await EventClient.group(node.ws, groups[0]!.token)).end()).code).toBe(1008);
  });

  it('an event that one node stores reaches the group at the other, and settles there', async () => {
    const { token, group_id: id } = await newGroup(trader!, 'listens');
    const { token: triggerToken } = await rest(trader!, 'POST', '/api/triggers', { name: 'monitor', kind: 'external', config: {} });
    const group = await EventClient.group(other!.ws, token);
    const sender = await EventClient.connect(trader!.ws, `trigger_token=${triggerToken}`);
    const answer = await sender.ask({ type: 'event', event_type: 'immediate', priority: 3, targets: ['listens'], title: 't', payload: 'p', tags: [] });
    expect(answer).toMatchObject({ ok: true, dispatched_clients: 1 });
    await group.until(() => group.events.length === 1);
    expect(group.events[0]).toMatchObject({ id: answer['id'], source_id: 'monitor' });
    group.send({ type: 'ack', id: answer['id'] });
    await until(async () => (await rest(trader!, 'GET', `/api/groups/${id}`)).backlog === 0, 'it is settled');
    group.close();
    sender.close();
  });

  it('a post_trade at the node that does not trade is executed once, answered with its order, and its changes come back', async () => {
    const group = await newGroup(other!, 'afar');
    const client = await EventClient.group(other!.ws, group.token);
    const answers = [await client.ask(trade({ action: 'LONG', qty: 0.01 }, 'afar')), await client.ask(trade({ action: 'LONG', qty: 0.01 }, 'afar'))];
    expect(answers).toEqual([expect.objectContaining({ ok: true, message: 'accepted', order_id: expect.any(String) }), expect.objectContaining({ duplicate: true, order_id: answers[0]!['order_id'] })]);
    await until(() => updates(client).some(({ status }) => status === 'filled'), 'its fill');
    expect(new Set(updates(client).map(({ order_id: id, correlation_id: of }) => `${id as string} ${of as string}`))).toEqual(new Set([`${answers[0]!['order_id'] as string} afar`]));
    expect(await ordersOf(other!, group)).toHaveLength(1);
    client.close();
  });

  it('the node that trades is killed between acceptance and execution: the other executes each once, and tells of it', async () => {
    const groups: { group: NewGroup; client: EventClient }[] = [];
    for (let at = 0; at < 4; at += 1) {
      const group = await newGroup(other!, `left_${at}`);
      groups.push({ group, client: await EventClient.group(other!.ws, group.token) });
    }
    trader!.process.kill('SIGSTOP'); // it executes nothing from here on, and answers nobody
    for (const [at, { client }] of groups.entries()) client.send(trade({ action: 'LONG', qty: 0.01 }, `left_${at}`));
    const accepted = cluster.db.kysely.selectFrom('group_trades').select('status').where('correlation_id', 'like', 'left_%');
    await until(async () => (await accepted.execute()).length === groups.length, 'all are stored');
    expect((await accepted.execute()).map(({ status }) => status)).toEqual(groups.map(() => 'pending'));
    await trader!.kill();
    for (const [at, { group, client }] of groups.entries()) {
      await until(() => updates(client).some(({ status }) => status === 'filled'), `the fill of ${at}`);
      expect(client.frames).toContainEqual(expect.objectContaining({ type: 'ack', ok: true, message: 'accepted', correlation_id: `left_${at}` }));
      expect(await client.ask(trade({ action: 'LONG', qty: 0.01 }, `left_${at}`))).toMatchObject({ ok: true, duplicate: true, order_id: updates(client)[0]!.order_id });
      expect(await ordersOf(other!, group)).toHaveLength(1);
      client.close();
    }
  });
});
