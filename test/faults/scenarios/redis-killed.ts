import { setTimeout } from 'node:timers/promises';
import { readiness } from '../../support/cluster.js';
import { until } from '../../support/until.js';
import type { Counts, Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const UNREADY_WITHIN_MS = 5000;
/** Load between two rounds, in deliveries for each client. */
const PER_ROUND = 10;

/**
 * Redis is killed and comes back empty, under load. The clients never reconnect and send no offsets: what they miss, they
 * miss for ever. Back is: from Redis's return until the client had all that was in the log then.
 */
export async function redisKilled({ awayMs, ...counts }: Counts & { readonly awayMs: number }): Promise<Outcome> {
  const world = await World.start({ ...counts, env: { SIGNAL_GENERATION_INTERVAL: '3600' } }); // a later message would show what is missing: after the last round there is none
  const { swarm, nodes, redis } = world;
  swarm.returning = false;
  const failures: string[] = [];
  const back: number[] = [];
  let slowestUnready = 0;
  try {
    for (let round = 0; round < counts.rounds; round += 1) {
      const enough = swarm.deliveries + counts.clients * PER_ROUND;
      await until(() => swarm.deliveries > enough, 'load before Redis goes', 60_000);
      const gone = performance.now();
      await redis.stop();
      await Promise.all(nodes.map(async (node) => {
        await until(async () => (await readiness(node)).status === 503, 'unready', UNREADY_WITHIN_MS).catch(() => failures.push('/ready was not 503 in time'));
        slowestUnready = Math.max(slowestUnready, performance.now() - gone);
      }));
      await setTimeout(Math.max(0, awayMs - (performance.now() - gone)));
      if (round === counts.rounds - 1) await world.silence();
      await redis.again();
      back.push(...await world.caughtUp());
      await Promise.all(nodes.map((node) => until(async () => (await readiness(node)).status === 200, 'ready again', 15_000)
        .catch(() => failures.push('/ready was not 200 again'))));
    }
    const closed = [...swarm.closes.values()].reduce((sum, count) => sum + count, 0);
    if (closed > 0) failures.push(`${closed} connections were closed`);
    return await world.finish('redis-killed', { back, failures, notes: [`away for ${awayMs / 1000} s each; /ready was 503 after ${Math.round(slowestUnready)} ms at the latest`] });
  } finally {
    await world.remove();
  }
}
