import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { openedLink } from '../../../test/support/redis-links.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import { SocketIoClient } from '../../../test/support/socketio-client.js';
import { until } from '../../../test/support/until.js';
import { across } from './socketio.adapter.js';

let redis: RedisServer;
const ends: (() => unknown)[] = [];
beforeAll(async () => { redis = await RedisServer.start(); });
afterAll(async () => {
  for (const end of ends) await end();
  await redis.remove();
});

async function node() {
  const { link, reports } = await openedLink(redis.url);
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const io = new Server(http, across(link.channels));
  await link.channels.settled();
  ends.push(() => io.close(), () => link.close());
  return { io, link, reports, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

it('one node closes the sockets of another, also after Redis was away', async () => {
  const [a, b] = [await node(), await node()];
  for (let round = 0; round < 2; round++) {
    const client = await SocketIoClient.open(b.url, { transports: ['websocket'] });
    expect((await a.io.fetchSockets()).map(({ id }) => id)).toEqual([client.socket.id]);
    a.io.in(client.socket.id!).disconnectSockets(true);
    await client.end();
    await redis.stop();
    await until(() => !a.link.up && !b.link.up, 'noticed');
    await redis.again();
    await until(() => a.link.up && b.link.up, 'back');
  }
  expect([a.reports, b.reports]).toEqual(Array(2).fill([expect.stringMatching(/^lost/), 'back', expect.stringMatching(/^lost/), 'back']));
});

it('a node alone keeps Socket.IO\'s own adapter', () => {
  expect(across(null)).toEqual({});
});
