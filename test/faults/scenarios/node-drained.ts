import { until } from '../../support/until.js';
import type { Counts, Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const ENDS_WITHIN_MS = 15_000;
const PER_ROUND = 10;

/** SIGTERM of the node that has all of the clients, under load. Back is: connected elsewhere, with all that was missed. */
export async function nodeDrained(counts: Counts): Promise<Outcome> {
  const world = await World.start({ ...counts, onOneNode: true });
  const { swarm, nodes } = world;
  const failures: string[] = [];
  const notes: string[] = [];
  try {
    for (let round = 0; round < counts.rounds; round += 1) {
      const enough = swarm.deliveries + counts.clients * PER_ROUND;
      await until(() => swarm.deliveries > enough, 'load before the end', 60_000);
      const at = round % nodes.length;
      const node = nodes[at]!;
      const had = swarm.on(node.url).length;
      world.mayEnd(node);
      world.balance(node);
      const from = performance.now();
      const code = await node.stop();
      const took = performance.now() - from;
      if (code !== 0 || took > ENDS_WITHIN_MS) failures.push(`it ended with ${code} after ${Math.round(took)} ms`);
      await until(() => swarm.absent === 0, 'everybody is back', 30_000).catch(() => undefined);
      const left = nodes.filter((each) => each !== node).map(({ url }) => swarm.on(url).length);
      if (Math.max(...left) > 0.6 * counts.clients) failures.push(`the others have ${left.join(' and ')} clients`);
      notes.push(`${had} clients, exit ${code} after ${Math.round(took)} ms; now on the others: ${left.join(' and ')}`);
      await world.again(at);
    }
    if ((swarm.closes.get(1012) ?? 0) === 0) failures.push('nobody was closed with 1012');
    return await world.finish('node-drained', { failures, notes });
  } finally {
    await world.remove();
  }
}
