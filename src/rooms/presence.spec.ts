import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openedLink } from '../../test/support/redis-links.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { until } from '../../test/support/until.js';
import type { NodeCounts } from './node-counts.js';
import { Peers } from './peers.js';
import { Presence } from './presence.js';

let server: RedisServer;
const ends: (() => unknown)[] = [];
beforeAll(async () => { server = await RedisServer.start(); });
afterAll(async () => {
  for (const end of ends) await end();
  await server.remove();
});

const countsOf = (node: string, rooms: Record<string, number> = {}, addresses: Record<string, number> = {}): NodeCounts =>
  ({ node, total: 3, active: 2, sent: 10, running: 1, rooms, addresses });

async function node(name: string, rooms: Record<string, number> = {}, addresses: Record<string, number> = {}) {
  const { link } = await openedLink(server.url);
  const peers = new Peers();
  const counts = { ...countsOf(name), rooms, addresses };
  const presence = new Presence({ redis: link, peers, counts: () => counts, everyMs: 50, expiresMs: 3000 });
  await presence.start();
  ends.push(() => presence.stop(), () => link.close());
  return { peers, presence, link, rooms, names: () => peers.all.map((each) => each.node).sort() };
}

it('nodes know each other, what they count, and what changes', async () => {
  const a = await node('a', { AAPL: 2 }, { '10.0.0.1': 5 });
  const b = await node('b', { AAPL: 1, NVDA: 4 }, { '10.0.0.1': 1 });
  const c = await node('c');
  expect(c.names()).toEqual(['a', 'b']);
  await until(() => a.names().length === 2 && b.names().length === 2, 'all of them');
  expect(b.peers.all.find((each) => each.node === 'a')).toEqual(countsOf('a', { AAPL: 2 }, { '10.0.0.1': 5 }));
  expect([c.peers.connectionsOf('10.0.0.1'), a.peers.connectionsOf('10.0.0.1'), c.peers.connectionsOf('10.0.0.2')]).toEqual([6, 1, 0]);
  expect([a.peers.watch('NVDA'), b.peers.watch('NVDA'), b.peers.watch('AAPL')]).toEqual([true, false, true]);
  delete b.rooms['NVDA'];
  await until(() => !a.peers.watch('NVDA'), 'the change');

  await c.presence.stop(); // says so
  await until(() => a.names().length === 1, 'the farewell');
  b.link.close(); // as a node that was killed
  await until(() => a.names().length === 0, 'the expiry');
  expect(await server.ask((redis) => redis.scard('conclave:nodes'))).toBe(1);
});

it('a node that cannot ask counts for itself alone, and still watches for the others', async () => {
  const [a] = [await node('d'), await node('e', { TSLA: 1 }, { '10.0.0.9': 1 })];
  await until(() => a.peers.watch('TSLA'), 'the other');
  await server.flush();
  await until(async () => (await server.ask((redis) => redis.scard('conclave:nodes'))) >= 2, 'said again');
  await until(() => a.names().includes('e'), 'seen again');
  await server.stop();
  await until(() => a.names().length === 0, 'noticed');
  expect([a.peers.connectionsOf('10.0.0.9'), a.peers.watch('TSLA')]).toEqual([0, true]);
  await server.again();
  await until(() => a.names().includes('e') && a.peers.connectionsOf('10.0.0.9') === 1, 'seen again');
});
