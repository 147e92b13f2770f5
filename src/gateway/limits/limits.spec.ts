import { describe, expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { openedLink } from '../../../test/support/redis-links.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import { until } from '../../../test/support/until.js';
import type { CodedError } from '../../model/codes.js';
import { addressKey } from './address.js';
import { AnalyzeLimit } from './analyze-limit.js';
import { ConnectionLimits } from './connection-limits.js';
import { HttpAnalyzeLimit } from './http-analyze-limit.js';
import { Offences } from './offences.js';
import { SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';

const thrownBy = (work: () => unknown): CodedError => {
  try {
    work();
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('Nothing was thrown');
};
const times = (n: number, work: () => unknown): void => Array.from({ length: n }).forEach(work);

describe('a token bucket', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 400 });

  it('never lets more through than its burst and its rate', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), gaps, (perSecond, burst, steps) => {
      const bucket = new TokenBucket(perSecond, burst, 0);
      let now = 0;
      let passed = 0;
      for (const step of steps) {
        now += step;
        if (bucket.take(now) === 0) passed += 1;
        expect(passed).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6);
      }
    }));
  });

  it('keeps its word: after the wait that it names there is a token', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), gaps, (perSecond, burst, steps) => {
      const bucket = new TokenBucket(perSecond, burst, 0);
      let now = 0;
      for (const step of steps) {
        now += step;
        const wait = bucket.take(now);
        if (wait > 0) expect(bucket.take((now += wait))).toBe(0);
      }
    }));
  });

  it('is full again after a rest, and adds nothing when the clock goes back', () => {
    const bucket = new TokenBucket(50, 2, 1000);
    expect([bucket.take(1000), bucket.take(1000), bucket.take(1000)]).toEqual([0, 0, 20]);
    expect(bucket.take(500)).toBe(20);
    expect([bucket.take(9000), bucket.take(9000), bucket.take(9000)]).toEqual([0, 0, 20]);
  });
});

describe('a sliding window', () => {
  it('never lets more than its limit through within any window, and names the exact wait', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 8 }), fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }), (limit, steps) => {
      const window = new SlidingWindow(limit, 100);
      const passed: number[] = [];
      let now = 0;
      for (const step of steps) {
        now += step;
        const recent = passed.filter((at) => at > now - 100);
        const wait = window.take(now);
        expect(wait === 0).toBe(recent.length < limit);
        if (wait === 0) passed.push(now);
        else expect(wait).toBe(limit === 0 ? 100 : recent[0]! + 100 - now);
      }
    }));
  });
});

describe('connections', () => {
  const limits = { maxConnections: 3, maxConnectionsPerIp: 2 };

  it('of one address are refused as that address', () => {
    const connections = new ConnectionLimits(limits);
    times(2, () => connections.admit('10.0.0.1'));
    expect(thrownBy(() => connections.admit('::ffff:10.0.0.1'))).toMatchObject({
      code: 'TOO_MANY_CONNECTIONS', extra: { limit: 'address', retry_after_ms: 5_000 },
    });
    expect(connections.open).toBe(2);
  });

  it('of a full node are refused as the node', () => {
    const connections = new ConnectionLimits(limits);
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'].forEach((address) => connections.admit(address));
    expect(thrownBy(() => connections.admit('10.0.0.4'))).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', extra: { limit: 'node' } });
  });

  it('of one address count on all nodes together, those of the node on this one', () => {
    const connections = new ConnectionLimits(limits, { connectionsOf: (address) => (address === '10.0.0.1' ? 1 : 0) });
    connections.admit('::ffff:10.0.0.1');
    expect(thrownBy(() => connections.admit('10.0.0.1'))).toMatchObject({ extra: { limit: 'address' } });
    connections.admit('10.0.0.2');
    expect(connections.byAddress()).toEqual({ '10.0.0.1': 1, '10.0.0.2': 1 });
  });

  it('make place when they close, each once', () => {
    const connections = new ConnectionLimits(limits);
    const release = connections.admit('10.0.0.1');
    connections.admit('10.0.0.1');
    times(3, release);
    expect(connections.open).toBe(1);
    connections.admit('10.0.0.1');
    expect(() => connections.admit('10.0.0.1')).toThrow();
  });
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'unknown'],
])('address %s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

describe('offences', () => {
  it('go too far with the 50th bad frame within a minute', () => {
    const offences = new Offences({ badFramesPerMinute: 50 });
    for (let n = 1; n < 50; n += 1) expect(offences.badFrame(n)).toBe(false);
    expect(offences.badFrame(60_000)).toBe(true);
  });

  it('are forgotten after a minute', () => {
    const offences = new Offences({ badFramesPerMinute: 50 });
    for (let n = 0; n < 500; n += 1) expect(offences.badFrame(n * 1_250)).toBe(false);
  });

  it('go too far with the 100th refusal within 10 s, and not at 9 a second', () => {
    const offences = new Offences({ badFramesPerMinute: 50 });
    for (let n = 1; n < 100; n += 1) expect(offences.refused(n)).toBe(false);
    expect(offences.refused(9_999)).toBe(true);
    const slower = new Offences({ badFramesPerMinute: 50 });
    for (let n = 0; n < 1_000; n += 1) expect(slower.refused(n * 111)).toBe(false);
  });
});

describe('analyses', () => {
  it('of a connection are refused over the limit, with the wait', () => {
    const limit = new AnalyzeLimit(2);
    limit.take(0);
    limit.take(10_000);
    expect(thrownBy(() => limit.take(15_000))).toMatchObject({ code: 'RATE_LIMITED', extra: { retry_after_ms: 45_000 } });
    limit.take(60_000);
    expect(thrownBy(() => limit.take(60_001)).extra).toEqual({ retry_after_ms: 9_999 });
  });

  it('of an address are refused over the limit, and of another not', async () => {
    const limit = new HttpAnalyzeLimit(2);
    await limit.take('10.0.0.1');
    await limit.take('::ffff:10.0.0.1');
    const refusal = await limit.take('10.0.0.1').catch((error: unknown) => error as CodedError);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', extra: { retry_after_ms: expect.any(Number) } });
    await limit.take('10.0.0.2');
  });
});

describe('analyses of an address in a cluster', () => {
  it('count on all nodes together, and on each node while Redis is away', async () => {
    const server = await RedisServer.start();
    const nodes = await Promise.all([1, 2].map(() => openedLink(server.url)));
    const [a, b] = nodes.map(({ link }) => new HttpAnalyzeLimit(3, link.commands)) as [HttpAnalyzeLimit, HttpAnalyzeLimit];
    const passed = async (limit: HttpAnalyzeLimit, address: string): Promise<boolean> => limit.take(address).then(() => true, (error: CodedError) => {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', extra: { retry_after_ms: expect.any(Number) } });
      return false;
    });
    expect([await passed(a, '10.0.0.1'), await passed(b, '10.0.0.1'), await passed(a, '::ffff:10.0.0.1'), await passed(b, '10.0.0.1')]).toEqual([true, true, true, false]);
    expect(await passed(b, '10.0.0.2')).toBe(true);
    await server.stop();
    await until(() => nodes.every(({ link }) => !link.up), 'noticed');
    expect([await passed(a, '10.0.0.1'), await passed(a, '10.0.0.1'), await passed(a, '10.0.0.1'), await passed(a, '10.0.0.1')]).toEqual([true, true, true, false]);
    await server.again();
    await until(() => nodes.every(({ link }) => link.up), 'back');
    expect([await passed(a, '10.0.0.1'), await passed(b, '10.0.0.1'), await passed(b, '10.0.0.1'), await passed(a, '10.0.0.1')]).toEqual([true, true, true, false]);
    for (const { link } of nodes) link.close();
    await server.remove();
  });
});
