import type { Counts, Outcome } from '../load/outcome.js';
import { nodeKilled } from './node-killed.js';
import { postgresRestarted } from './postgres-restarted.js';
import { redisKilled } from './redis-killed.js';

interface Scenario {
  readonly run: (counts: Counts) => Promise<Outcome>;
  /** What the command does; the specs do less. */
  readonly full: Counts;
}

const FULL = { clients: 1000, rooms: 50, perSecond: 390 };

/** By the name under which the command knows them. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'node-killed': { run: nodeKilled, full: { ...FULL, rounds: 20 } },
  'redis-killed': { run: (counts) => redisKilled({ awayMs: 10_000, ...counts }), full: { ...FULL, rounds: 5 } },
  'postgres-restarted': { run: postgresRestarted, full: { ...FULL, rounds: 10 } },
};
