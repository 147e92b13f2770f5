import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GroupServer, TOKEN } from '../../../test/support/group-server.js';
import { until } from '../../../test/support/until.js';
import { Discussing } from './discussion.js';
import { GroupService, type ServiceEnd } from './group-service.js';
import { MarketReads } from './market-reads.js';
import { Models } from './models.js';
import type { Told } from './told.js';

let server: GroupServer;
let told: Told[];
beforeEach(async () => {
  server = await GroupServer.listen();
  told = [];
});
afterEach(() => server.stop());

const service = (times: object = {}): GroupService => {
  const models = new Models({}, 1000);
  return new GroupService({
    line: { url: `${server.url.replace('http', 'ws')}/ws/events?trading_group_token=${TOKEN}`, afterEnd: () => ({ afterMs: 1 }), times },
    models, reads: new MarketReads(server.url, 'jwt', Date.now), discussing: new Discussing(models, () => performance.now()), tell: (each) => told.push(each),
    dryRun: false, once: false, stopWithinMs: 30,
  });
};

describe('a group service that is stopped', () => {
  it('waits for what is under way only so long; what was not settled comes again to the next', async () => {
    server.gate = () => new Promise(() => undefined);
    server.event('e1');
    const hung = service();
    const ended = hung.run();
    await until(() => server.reads.length > 0, 'it looks at the market');
    hung.stop();
    expect(await ended).toEqual({ code: 'STOPPED' });
    expect(server.frames).toEqual([]);

    server.gate = () => Promise.resolve();
    const next = service();
    const done = next.run();
    await server.whenSettled('e1');
    next.stop();
    expect(await done).toEqual({ code: 'STOPPED' });
    expect([server.logs.length, server.trades.length]).toEqual([1, 1]);
  });

  it('does not wait for an answer that does not come', async () => {
    server.instead.push(null);
    server.event('e1');
    const one = service();
    const ended: Promise<ServiceEnd> = one.run();
    await until(() => server.logs.length === 1, 'the log is sent');
    one.stop();
    expect(await ended).toEqual({ code: 'STOPPED' });
    expect(server.settled).toEqual([]);
  });
});

describe('a line', () => {
  it('that does not answer in time is given up, and asked again on the next', async () => {
    server.instead.push(null);
    server.event('e1');
    const one = service({ answerMs: 1000 });
    const ended = one.run();
    await server.whenSettled('e1');
    one.stop();
    await ended;
    expect([server.connections, server.logs.length, server.trades.length]).toEqual([2, 2, 1]);
  });

  it('that is silent is pinged, and kept while pongs come', async () => {
    const one = service({ heartbeatMs: 500 });
    const ended = one.run();
    await server.whenPinged(4);
    one.stop();
    await ended;
    expect(server.connections).toBe(1);
  });

  it('that answers no ping is given up', async () => {
    server.pongs = false;
    const one = service({ heartbeatMs: 20 });
    const ended = one.run();
    await server.whenConnected(2);
    one.stop();
    await ended;
    expect(told.some(({ type }) => type === 'waiting')).toBe(true);
  });
});

it('asks REST with the token that it was given', async () => {
  server.event('e1');
  const one = service();
  const ended = one.run();
  await server.whenSettled('e1');
  one.stop();
  await ended;
  expect(new Set(server.authorizations)).toEqual(new Set(['Bearer jwt']));
});
