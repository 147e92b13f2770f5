import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { openedLink } from '../../test/support/redis-links.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { until } from '../../test/support/until.js';
import { openRedis, type RedisLink } from './redis.js';

const QUIET = { onLost: () => undefined, onBack: () => undefined, onFault: () => undefined };
const refusal = (url: string, patienceMs?: number): Promise<Error> =>
  openRedis(url, QUIET, patienceMs).then((link) => { link.close(); throw new Error('It was not refused'); }, (error: Error) => error);

/** Speaks just enough of the protocol to say what it is. */
async function serverThatSays(info: string): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        socket.write(name!.toLowerCase() === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('a start is refused, with the remedy,', () => {
  it.each([
    ['is older than 7', '# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n', /is version 6\.2\.14: use Redis 7 or newer, or Valkey/],
    ['does not say what it is', '# Server\r\n', /is version unknown: use Redis 7/],
    ['is one node of a cluster', 'redis_version:7.4.1\r\nredis_mode:cluster\r\n', /is a node of a Redis Cluster: point REDIS_URL to a single server/],
  ])('where the server %s', async (_, info, remedy) => {
    const { url, server } = await serverThatSays(info);
    expect((await refusal(url)).message).toMatch(remedy);
    server.close();
  });

  it('where nothing listens, within its patience and without the password', async () => {
    const start = performance.now();
    const { message } = await refusal('redis://user:hunter2@127.0.0.1:1', 300);
    expect(performance.now() - start).toBeLessThan(4500); // without: 5 s
    expect(message).toMatch(/^Redis at 127\.0\.0\.1:1 does not answer \(connect ECONNREFUSED 127\.0\.0\.1:1\): start it, or correct REDIS_URL$/);
  });

  it('where the password is wrong', async () => {
    const server = await RedisServer.start({ password: 'right' });
    const { message } = await refusal(server.url.replace('right', 'wrong'), 300);
    expect(message).toMatch(/does not answer \(WRONGPASS .*correct REDIS_URL$/);
    expect(message).not.toContain('wrong@');
    await server.remove();
  });

  it('and Valkey is let in', async () => {
    const { url, server } = await serverThatSays('redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nredis_mode:standalone\r\n');
    const link = await openRedis(url, QUIET);
    expect(link.up).toBe(true);
    link.close();
    server.close();
  });
});

describe('a Redis that goes away', () => {
  let server: RedisServer;
  const links: RedisLink[] = [];
  const opened = async () => {
    const one = await openedLink(server.url);
    links.push(one.link);
    return one;
  };
  beforeAll(async () => { server = await RedisServer.start(); });
  afterEach(() => { for (const link of links.splice(0)) link.close(); });
  afterAll(() => server.remove());

  it('is said once, and once that it is back, when all that was wanted is subscribed and healed', async () => {
    const { link, reports } = await opened();
    const order: string[] = [];
    link.channels.on('smessageBuffer', (channel, message) => void order.push(`${channel.toString()}=${message.toString()}`));
    link.channels.ssubscribe('before');
    await link.channels.settled();
    link.onReturn(async () => { order.push(`heal, up: ${link.up}`); });
    await server.stop();
    await until(() => !link.up, 'noticed');
    link.channels.ssubscribe('during');
    link.channels.ssubscribe('left');
    link.channels.sunsubscribe('left');
    await link.channels.settled();
    await expect(link.ping()).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+ does not answer/);
    await expect(link.commands.get('x')).rejects.toThrow();
    expect(await link.channels.spublish('before', 'lost')).toBe(0);
    await server.again();
    await until(() => link.up, 'back');
    for (const channel of ['left', 'before', 'during']) await server.ask((redis) => redis.spublish(channel, '1'));
    await until(() => order.length >= 3, 'messages');
    expect(order).toEqual(['heal, up: false', 'before=1', 'during=1']);
    await link.ping();
    expect(reports).toEqual([expect.stringMatching(/^lost: Redis at/), 'back']);
  });

  it('is noticed where it only hangs, in less than 5 s, and used again when it goes on', async () => {
    const { link, reports } = await opened();
    const { link: other } = await opened();
    server.pause();
    const start = performance.now();
    await expect(link.ping()).rejects.toThrow(/does not answer/);
    expect(performance.now() - start).toBeLessThan(5000);
    const asked = other.commands.get('x').catch((error: Error) => error);
    await until(() => !link.up && !other.up, 'noticed');
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await asked).toBeInstanceOf(Error);
    server.resume();
    await until(() => link.up && other.up, 'back');
    expect(reports).toEqual([expect.stringMatching(/^lost/), 'back']);
  });

  it('cannot make publishing grow while it hangs', async () => {
    const { link } = await opened();
    server.pause();
    const payload = 'x'.repeat(1024 * 1024);
    const sent = Array.from({ length: 40 }, () => link.channels.spublish('flood', payload).catch(() => 'lost'));
    expect(link.channels.open).toBe(false);
    await until(() => !link.up, 'noticed');
    const ends = await Promise.all(sent);
    expect(ends.filter((end) => end === 'lost')).toHaveLength(16);
    expect(ends.filter((end) => end === 0)).toHaveLength(24); // dropped at once
    server.resume();
    await until(() => link.channels.open, 'open again');
  });

  it('heals again where the healing failed', async () => {
    const { link, reports } = await opened();
    let attempts = 0;
    link.onReturn(async () => { if (++attempts === 1) throw new Error('not yet'); });
    await server.stop();
    await server.again();
    await until(() => link.up && attempts === 2, 'healed');
    expect(reports).toEqual([expect.stringMatching(/^lost/), 'back']);
  });

  it('does not end a process that throws nothing of it, though it is closed while it is away', async () => {
    const { link } = await opened();
    link.channels.ssubscribe('x');
    await server.stop();
    link.channels.ssubscribe('y');
    link.close();
    link.channels.sunsubscribe('x');
    await server.again();
    expect(link.up).toBe(false);
  });
});
