import { RawClient } from '../../support/raw-client.js';
import { SocketIoClient } from '../../support/socketio-client.js';
import type { Client } from '../../support/transports.js';
import { until } from '../../support/until.js';
import type { Counts, Outcome } from '../load/outcome.js';
import { World } from '../load/world.js';

const GETS_IT_WITHIN_MS = 15_000;

/**
 * Many clients on three nodes ask to analyse one symbol at once. Redis hangs while they ask, so that no worker can end the
 * run between the first and the last question. Back is: from Redis's going on until the asker had the signal.
 */
export async function oneRun(counts: Counts): Promise<Outcome> {
  const world = await World.start({ ...counts, clients: counts.rooms * 3, perSecond: 1, env: { SIGNAL_GENERATION_INTERVAL: '3600', WS_MAX_CONNECTIONS: '10000', WS_MAX_CONNECTIONS_PER_IP: '10000' }, asks: false });
  const { nodes, redis, writer: { database: { kysely } } } = world;
  const failures: string[] = [];
  const back: number[] = [];
  const askers: Client[] = [];
  try {
    for (let at = 0; at < counts.clients; at += 1) {
      const node = nodes[at % nodes.length]!;
      askers.push(await (at % 2 === 0 ? RawClient.open(`${node.ws}/ws/signals`) : SocketIoClient.open(node.url, { transports: ['websocket'] })));
    }
    for (let round = 0; round < counts.rounds; round += 1) {
      const symbol = `R${round % counts.rooms}`;
      const open = kysely.selectFrom('runs').select('run_id').where('status', '=', 'open');
      await until(async () => (await open.execute()).length === 0, 'earlier runs');
      const before = (await kysely.selectFrom('signals').select('run_id').where('symbol', '=', symbol).execute()).length;
      redis.pause();
      const answers = await Promise.all(askers.map((asker) => asker.ask('analyze', { symbol })));
      redis.resume();
      const from = performance.now();
      const runs = new Set(answers.map(({ ok, data }) => (ok ? data.run_id as string : JSON.stringify(data))));
      if (runs.size !== 1) failures.push(`${runs.size} runs or refusals: ${[...runs].slice(0, 3).join(', ')}`);
      const fresh = answers.filter(({ data }) => data.shared === false).length;
      if (fresh !== 1) failures.push(`${fresh} were told that the run is theirs, and not one`);
      const got = askers.map(async (asker) => {
        await asker.find(({ type, data }) => type === 'signal_update' && runs.has(data.run_id));
        back.push(performance.now() - from);
      });
      const late = new Promise<void>((resolve) => { setTimeout(resolve, GETS_IT_WITHIN_MS).unref(); });
      await Promise.race([Promise.all(got), late]);
      const signals = (await kysely.selectFrom('signals').select('run_id').where('symbol', '=', symbol).execute()).length - before;
      if (signals !== 1) failures.push(`${signals} signals`);
      const without = askers.filter((asker) => asker.frames.filter(({ type, data, snapshot }) => type === 'signal_update' && !snapshot && runs.has(data.run_id)).length !== 1).length;
      if (without > 0) failures.push(`${without} of ${askers.length} did not get the signal exactly once`);
    }
    return { ...(await world.finish('one-run', { back, failures, notes: [`${askers.length} askers, no members of the room, besides ${counts.rooms * 3} members`] })), clients: askers.length };
  } finally {
    for (const asker of askers) asker.close();
    await world.remove();
  }
}
