import { Redis } from 'ioredis';
import type { TestServer } from '../../support/server.js';
import { until } from '../../support/until.js';
import type { Counts, Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const AGAIN_WITHIN_MS = 10_000;

interface Batch {
  readonly by: string;
  readonly term: number;
}

/**
 * The leader of the feed is killed and, in every other round, only stopped until another leads. Back is: from that until
 * each client got a price again (killed: those of the other nodes, and those that came back to them).
 */
export async function leaderLost(counts: Counts): Promise<Outcome> {
  const world = await World.start(counts);
  const { swarm, nodes, redis, writer: { database: { kysely } } } = world;
  const failures: string[] = [];
  const back: number[] = [];
  const batches: Batch[] = [];
  const listener = new Redis(redis.url);
  listener.on('message', (_channel: string, text: string) => batches.push(JSON.parse(text) as Batch));
  await listener.subscribe('conclave:market');
  const lease = () => kysely.selectFrom('leases').selectAll().where('name', '=', 'feed').executeTakeFirstOrThrow();
  const isOf = (holder: string, { process: { pid } }: TestServer): boolean => holder.split(':').at(-2) === String(pid);

  /** Resolves when all clients got a price that came after. */
  const pricesAgain = async (after: number, who: string): Promise<void> => {
    const waiting = new Set(swarm.clients);
    await until(() => {
      for (const client of waiting) {
        if (client.lastPriceAt <= after || !client.whole) continue;
        waiting.delete(client);
        back.push(client.lastPriceAt - after);
      }
      return waiting.size === 0;
    }, 'prices', 2 * AGAIN_WITHIN_MS).catch(() => failures.push(`${waiting.size} clients have no price ${2 * AGAIN_WITHIN_MS} ms after the leader was ${who}`));
  };

  try {
    for (let round = 0; round < counts.rounds; round += 1) {
      await until(async () => nodes.some((node) => batches.some(({ by }) => isOf(by, node))) && (await lease()).expires_at > 0, 'a leader', 20_000);
      const { holder, term } = await lease();
      const at = nodes.findIndex((node) => isOf(holder, node));
      const leader = nodes[at]!;
      // what was published before it stopped may still be on its way
      const others = swarm.clients.filter(({ url }) => url !== leader.url).length;
      if (others === 0) failures.push('no clients on other nodes');
      if (round % 2 === 0) {
        world.mayEnd(leader);
        world.balance(leader);
        const from = performance.now();
        await leader.kill();
        await pricesAgain(from + 100, 'killed');
        await world.again(at);
        continue;
      }
      leader.process.kill('SIGSTOP');
      const from = performance.now();
      await until(async () => (await lease()).term > term, 'another leads', AGAIN_WITHIN_MS).catch(() => failures.push('no other leader took over from one that was stopped'));
      await until(() => batches.some((batch) => batch.term > term), 'it says prices');
      const said = batches.length;
      const requested = Date.now();
      leader.process.kill('SIGCONT');
      await pricesAgain(from + 100, 'stopped');
      await until(() => batches.length > said + 20, 'the new leader goes on');
      const old = batches.slice(said).filter((batch) => batch.term <= term).length;
      if (old > 0) failures.push(`${old} batches under the old term`);
      const { term: now } = await lease();
      if (now !== term + 1) failures.push(`the term is ${now} after ${term}`);
      // two schedules for one moment would be another leader's
      const rows = await kysely.selectFrom('runs').select(['symbol', 'requested_at']).where('trigger', 'like', '%schedule%').where('requested_at', '>', requested).orderBy('requested_at').execute();
      const last = new Map<string, number>();
      for (const { symbol, requested_at: when } of rows) {
        if (when - (last.get(symbol) ?? 0) < 2000) failures.push(`${symbol} was scheduled twice within 2 s`);
        last.set(symbol, when);
      }
    }
    const slowest = Math.max(...back);
    if (slowest > AGAIN_WITHIN_MS) failures.push(`prices only after ${Math.round(slowest)} ms`);
    return await world.finish('leader-lost', { back, failures, notes: ['killed and only stopped in turns; the times are until prices, at each client'] });
  } finally {
    for (const node of nodes) node.process.kill('SIGCONT');
    listener.disconnect();
    await world.remove();
  }
}
