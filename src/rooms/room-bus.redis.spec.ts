import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openedLink, type OpenedLink } from '../../test/support/redis-links.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { until } from '../../test/support/until.js';
import { Hub } from './hub.js';
import type { RoomMessage } from './message.js';
import { RedisRoomBus } from './room-bus.redis.js';
import type { RoomLog } from './room-log.js';

let server: RedisServer;
const opened: OpenedLink[] = [];
beforeAll(async () => { server = await RedisServer.start(); });
afterAll(async () => {
  for (const { link } of opened) link.close();
  await server.remove();
});

async function node() {
  const one = await openedLink(server.url);
  opened.push(one);
  const bus = new RedisRoomBus(one.link.channels);
  const offsets: number[] = [];
  bus.attach({ receive: ({ offset }) => void offsets.push(offset), receivePrice: () => undefined });
  return { ...one, bus, offsets };
}
const message = (offset: number): RoomMessage => ({ room: 'r', offset, epoch: 'e', messageId: String(offset), type: 't', body: '{}', sentAt: '' });
const subscribersOf = async (room: string): Promise<number> =>
  Number((await server.ask((redis) => redis.call('PUBSUB', 'SHARDNUMSUB', `conclave#/rooms#${room}#`)) as [string, number])[1]);

it('a subscription resolves when Redis has confirmed it, and not before', async () => {
  const { bus, link } = await node();
  let confirmed = false;
  server.pause();
  const asked = bus.subscribe('slow').then(() => { confirmed = true; });
  await expect(link.ping()).rejects.toThrow(); // a second later
  expect(confirmed).toBe(false);
  server.resume();
  await asked;
  expect(await subscribersOf('slow')).toBe(1);
});

it('what is said while Redis is away is dropped, and what is said after reaches the others in order', async () => {
  const [a, b] = [await node(), await node()];
  await b.bus.subscribe('r');
  a.bus.publish([message(1)]);
  await until(() => b.offsets.length === 1, 'the first');
  await server.stop();
  await until(() => !a.link.up && !b.link.up, 'noticed');
  for (let offset = 2; offset <= 5000; offset++) a.bus.publish([message(offset)]);
  await server.again();
  await until(() => a.link.up && b.link.up, 'back');
  a.bus.publish([message(5001), message(5002)]);
  await until(() => b.offsets.length === 3, 'the last');
  expect(b.offsets).toEqual([1, 5001, 5002]);
});

it('a packet that cannot be used is said and harms nothing', async () => {
  const { bus, offsets, reports } = await node();
  await bus.subscribe('r');
  const publish = (body: string): Promise<unknown> => server.ask((redis) => redis.spublish('conclave#/rooms#r#', body));
  await publish('{"no json');
  await publish(JSON.stringify({ uid: 'x', nsp: '/rooms', type: 3, data: {} }));
  await publish(JSON.stringify({ uid: 'x', nsp: '/rooms', type: 3, data: { packet: { type: 2, data: ['messages', [message(7)]] }, opts: { rooms: ['r'], except: [] } } }));
  await until(() => offsets.length === 1, 'the good one');
  expect(reports).toEqual([expect.stringMatching(/^fault: A message from Redis could not be used/)]);
});

it('a room that could not be opened leaves no subscription behind', async () => {
  const { link } = await node();
  const log = { open: () => Promise.reject(new Error('the database is away')) } as unknown as RoomLog;
  const hub = new Hub(log, new RedisRoomBus(link.channels), () => undefined);
  await expect(hub.host(['unopened'])).rejects.toThrow('the database is away');
  await until(async () => (await subscribersOf('unopened')) === 0, 'unsubscribed');
});
