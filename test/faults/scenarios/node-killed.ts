import { until } from '../../support/until.js';
import { quantile, type Counts, type Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const BACK_WITHIN_MS = 5000;
/** Deliveries between two kills, for each client: so that each round is under load. */
const PER_ROUND = 10;

/** `kill -9` of one of three nodes, one after the other, under load. Back is: connected elsewhere, with all that was missed. */
export async function nodeKilled(counts: Counts): Promise<Outcome> {
  const world = await World.start(counts);
  const { swarm, nodes } = world;
  try {
    for (let round = 0; round < counts.rounds; round += 1) {
      const enough = swarm.deliveries + counts.clients * PER_ROUND;
      await until(() => swarm.deliveries > enough, 'load before the kill', 60_000);
      const at = round % nodes.length;
      const node = nodes[at]!;
      world.mayEnd(node);
      world.balance(node);
      await node.kill();
      await until(() => swarm.on(node.url).length === 0 && swarm.absent === 0, 'everybody is back', 30_000).catch(() => undefined);
      await world.again(at);
    }
    const p99 = quantile(swarm.awayMs, 0.99);
    return await world.finish('node-killed', {
      failures: [
        ...(p99 <= BACK_WITHIN_MS ? [] : [`p99 to be back ${Math.round(p99)} ms, and not within ${BACK_WITHIN_MS}`]),
        ...(swarm.awayMs.length >= counts.rounds ? [] : ['nobody was on the killed nodes']),
      ],
      notes: [`${swarm.awayMs.length} returns; a client waits up to 0.5 s by its own will before it tries`],
    });
  } finally {
    await world.remove();
  }
}
