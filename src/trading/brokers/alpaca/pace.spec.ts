import { expect, it } from '@jest/globals';
import { ALPACA_PACE, Pace, PaceExceeded, type Urgency } from './pace.js';

const never = new AbortController().signal;

/** How many of these get their turn at once, by a clock that stands still. */
async function atOnce(pace: Pace, count: number, urgency: Urgency): Promise<number> {
  let passed = 0;
  for (let each = 0; each < count; each += 1) await pace.turn(urgency, never).then(() => { passed += 1; }, (error: unknown) => { if (!(error instanceof PaceExceeded)) throw error; });
  return passed;
}

it('lets no minute see more than 200 requests, and orders pass reads, and cancels orders', async () => {
  let now = 0;
  const pace = new Pace({ ...ALPACA_PACE, mostWaitMs: 0 }, () => now);
  const times: number[] = [];
  for (; now <= 180_000; now += 100) for (const urgency of ['read', 'order', 'cancel'] as const) for (let passed = await atOnce(pace, 1, urgency); passed > 0; passed = await atOnce(pace, 1, urgency)) times.push(now);
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
  expect(most).toBeLessThanOrEqual(200);
  expect(most).toBeGreaterThan(190);
  now += 600_000;
  expect(await atOnce(pace, 100, 'read')).toBe(ALPACA_PACE.burst);
  expect(await atOnce(pace, 100, 'order')).toBe(ALPACA_PACE.orders);
  expect(await atOnce(pace, 100, 'cancel')).toBe(ALPACA_PACE.cancels);
});

it('waits for its turn, no longer than it may, and ends with the signal', async () => {
  const before = performance.now();
  let standing = true;
  const pace = new Pace({ perMinute: 6_000, burst: 1, orders: 0, cancels: 0, mostWaitMs: 35 }, () => (standing ? before : performance.now()));
  const asked = Array.from({ length: 8 }, () => pace.turn('read', never)); // all in one instant
  standing = false;
  const turns = await Promise.allSettled(asked);
  expect(turns.filter(({ status }) => status === 'fulfilled').length).toBe(4);
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  pace.pause(1_000);
  await expect(pace.turn('order', never)).rejects.toThrow(PaceExceeded);
  const stop = new AbortController();
  const slow = new Pace({ perMinute: 1, burst: 1, orders: 0, cancels: 0, mostWaitMs: 100_000 });
  await slow.turn('read', stop.signal);
  const waiting = slow.turn('read', stop.signal);
  stop.abort(new Error('the end'));
  await expect(waiting).rejects.toThrow();
});
