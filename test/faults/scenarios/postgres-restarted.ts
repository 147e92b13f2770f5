import { setTimeout } from 'node:timers/promises';
import { until } from '../../support/until.js';
import type { Counts, Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const AWAY_MS = 1000;
/** Load between two rounds, in deliveries for each client. */
const PER_ROUND = 40;
const GOES_ON_WITHIN_MS = 30_000;

/**
 * PostgreSQL is restarted under load: shut down and crashed in turns. Back is: from its first answer until the client got
 * something that was said after.
 */
export async function postgresRestarted(counts: Counts): Promise<Outcome> {
  const world = await World.start(counts);
  const { swarm, postgres } = world;
  const back: number[] = [];
  const failures: string[] = [];
  try {
    for (let round = 0; round < counts.rounds; round += 1) {
      const enough = swarm.deliveries + counts.clients * PER_ROUND;
      await until(() => swarm.deliveries > enough, 'load before the restart', 60_000);
      await postgres.stop(round % 2 === 0 ? 'SIGQUIT' : 'SIGINT');
      await setTimeout(AWAY_MS);
      const stood = new Map(swarm.clients.map((client) => [client, client.position]));
      await postgres.start();
      const from = performance.now();
      await until(() => {
        for (const [client, position] of stood) {
          if (client.position <= position) continue;
          stood.delete(client);
          back.push(performance.now() - from);
        }
        return stood.size === 0;
      }, 'everybody hears more', GOES_ON_WITHIN_MS).catch(() => failures.push(`${stood.size} clients heard nothing after restart ${round + 1}`));
    }
    return await world.finish('postgres-restarted', { back, failures, notes: ['shut down and crashed in turns, durable settings'] });
  } finally {
    await world.remove();
  }
}
