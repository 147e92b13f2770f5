import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { statusOf } from '../../support/cluster.js';
import type { TestServer } from '../../support/server.js';
import { until } from '../../support/until.js';
import { quantile, type Counts, type Outcome } from '../load/outcome.js';
import { standing } from '../load/server-sockets.js';
import { Writer } from '../load/writer.js';
import { World } from '../load/world.js';

/** One client in so many stops reading. */
const SLOW = 10;
/** What is said in the rooms of the slow, so that the kernel's buffers are full in some seconds. */
const HEAVY = { bytes: 16_000, perSecondAndRoom: 20 };
const CLOSED_WITHIN_MS = 2000;
const BOUND_WITHIN_MS = 240_000;
const MEMORY_WITHIN_MS = 30_000;
const COLLECTS_WITHIN_MS = 1000;
const WARM_MS = 3000;
const COLLECTOR = new URL('../load/gc-on-signal.mjs', import.meta.url).href;
const LOOK_MS = 250;
/** Every so many looks the memory is read too. */
const MEMORY_EVERY = 8;
/** One in so many of the slow reads again at once, to see the code; all of them would keep the load's own process busy. */
const READS_AGAIN = 10;

const MIB = 1024 * 1024;

export interface SlowCounts extends Counts {
  /** How long the figures before are measured. */
  readonly beforeMs: number;
  /** What the clock of a shared machine is worth: the others' p99 may grow by a fifth, or by so much, whichever is more, and sockets may close so much later. */
  readonly slackMs: number;
}

/** A tenth of one node's clients stops reading, and is dropped for that and not for its silence. Back is: from the bound (the session is dropped) until the server's socket is gone. */
export async function slowClients({ beforeMs, slackMs, ...counts }: SlowCounts): Promise<Outcome> {
  const world = await World.start({ ...counts, onOneNode: true, env: { NODE_OPTIONS: `--expose-gc --import=${COLLECTOR}`, WS_HEARTBEAT_INTERVAL: '600' } });
  const { swarm } = world;
  const node = world.nodes[0]!;
  const slowRooms = [...swarm.seen.keys()].slice(0, Math.ceil(counts.rooms / SLOW));
  const slow = swarm.clients.filter(({ room }) => slowRooms.includes(room));
  swarm.ignoreLatency(slow);
  const heavy = await Writer.open({
    databaseUrl: world.postgres.url, redisUrl: world.redis.url, rooms: slowRooms, bytes: HEAVY.bytes, perSecond: HEAVY.perSecondAndRoom * slowRooms.length,
  });
  const failures: string[] = [];
  try {
    heavy.start();
    const ports = new Set(slow.map(({ port }) => port));
    await setTimeout(WARM_MS);
    const memoryBefore = await live(node);
    await watchFor(beforeMs / 2, node, ports); // a forced collection makes the others slower for some seconds
    swarm.latencies = [];
    await watchFor(beforeMs, node, ports);
    const p99Before = quantile(swarm.latencies, 0.99);

    // who reads again in time shall see its code; nobody comes back before the others were looked at
    swarm.returning = false;
    swarm.latencies = [];
    for (const client of slow) client.pause();
    const { droppedAt, goneAt, peak } = await untilClosed(node, ports, slow.length, () => { slow.forEach((client, at) => { if (at % READS_AGAIN === 0) client.resume(); }); });
    const p99During = quantile(swarm.latencies, 0.99);
    for (const client of slow) client.resume();
    if (droppedAt.length < slow.length) failures.push(`only ${droppedAt.length} of ${slow.length} were dropped within ${BOUND_WITHIN_MS} ms`);
    const back = droppedAt.map((at, nth) => (goneAt[nth] ?? Number.POSITIVE_INFINITY) - at);
    const slowest = Math.max(...back);
    if (slowest > CLOSED_WITHIN_MS + slackMs) failures.push(`closed ${Math.round(slowest)} ms after the bound`);
    const allowed = Math.max(1.2 * p99Before, p99Before + slackMs);
    if (p99During > allowed) failures.push(`the others' p99 was ${p99During.toFixed(1)} ms, before ${p99Before.toFixed(1)}`);
    await until(() => slow.every(({ connected }) => !connected), 'they know', 10_000);
    if ((swarm.closes.get(4008) ?? 0) === 0) failures.push('nobody who read again in time saw 4008');
    let memoryAfter = 0;
    await until(async () => (memoryAfter = await live(node)) <= 1.1 * memoryBefore, 'memory', MEMORY_WITHIN_MS)
      .catch(() => failures.push(`memory ${mib(memoryAfter)} after, ${mib(memoryBefore)} before`));

    swarm.latencies = [];
    swarm.returning = true;
    const from = performance.now();
    for (const client of slow) swarm.connect(client);
    await until(() => swarm.absent === 0, 'they are back', 60_000).catch(() => undefined);
    const returned = performance.now() - from;
    const p99Returning = quantile(swarm.latencies, 0.99);
    const memoryAtLast = await live(node);
    await heavy.stop();
    return await world.finish('slow-clients', {
      back, failures,
      notes: [
        `${slow.length} of ${counts.clients} stopped reading; dropped ${Math.round(droppedAt.at(-1)! - droppedAt[0]!)} ms apart; the others' p99 ${p99Before.toFixed(1)} ms before, ${p99During.toFixed(1)} until all were closed, ${p99Returning.toFixed(1)} while all came back at once`,
        `live memory ${mib(memoryBefore)} before, ${mib(peak)} at most (with garbage), ${mib(memoryAfter)} after, ${mib(memoryAtLast)} when all were back after ${Math.round(returned)} ms; resident ${mib(resident(node))}`,
      ],
    });
  } finally {
    await heavy.close();
    await world.remove();
  }
}

/** Watches the server until all are dropped and their sockets gone; `onAll` when the last was dropped. */
async function untilClosed(node: TestServer, ports: ReadonlySet<number>, count: number, onAll: () => void) {
  const droppedAt: number[] = [];
  const goneAt: number[] = [];
  let peak = 0;
  let looks = 0;
  await until(async () => {
    const { dropped, gone } = await look(node, ports);
    while (droppedAt.length < dropped) {
      droppedAt.push(performance.now());
      if (droppedAt.length === count) onAll();
    }
    while (goneAt.length < gone) goneAt.push(performance.now());
    if (looks++ % MEMORY_EVERY === 0) peak = Math.max(peak, await memoryOf(node));
    await setTimeout(LOOK_MS);
    return goneAt.length >= count && droppedAt.length >= count;
  }, 'all slow clients are closed', BOUND_WITHIN_MS).catch(() => onAll());
  return { droppedAt, goneAt, peak };
}

/** Looks on as `untilClosed` does, so that looking costs the same before and after. */
async function watchFor(ms: number, node: TestServer, ports: ReadonlySet<number>): Promise<void> {
  const end = performance.now() + ms;
  for (let looks = 0; performance.now() < end; looks += 1) {
    await look(node, ports);
    if (looks % MEMORY_EVERY === 0) await memoryOf(node);
    await setTimeout(LOOK_MS);
  }
}

/** How many sessions the server has dropped as slow, and how many of these connections are gone on its side. */
async function look(node: TestServer, ports: ReadonlySet<number>): Promise<{ dropped: number; gone: number }> {
  const { dropped } = (await statusOf(node)) as { dropped: { SLOW_CONSUMER?: number } };
  const stand = standing(Number(new URL(node.url).port));
  return { dropped: dropped.SLOW_CONSUMER ?? 0, gone: [...ports].filter((each) => !stand.has(each)).length };
}

/** Bytes of heap and buffers after a collection. */
async function live(node: TestServer): Promise<number> {
  node.process.kill('SIGUSR2');
  await setTimeout(COLLECTS_WITHIN_MS);
  return memoryOf(node);
}

async function memoryOf(node: TestServer): Promise<number> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const figure = (name: string): number => Number(new RegExp(`^conclave_nodejs_${name} (\\S+)$`, 'm').exec(text)![1]);
  return figure('heap_size_used_bytes') + figure('external_memory_bytes');
}

const resident = ({ process: { pid } }: TestServer): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]) * 1024;
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
