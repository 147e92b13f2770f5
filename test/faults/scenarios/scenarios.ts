import type { Counts, Outcome } from '../load/outcome.js';
import { leaderLost } from './leader.js';
import { nodeDrained } from './node-drained.js';
import { nodeKilled } from './node-killed.js';
import { oneRun } from './one-run.js';
import { postgresRestarted } from './postgres-restarted.js';
import { redisKilled } from './redis-killed.js';
import { slowClients } from './slow-clients.js';

interface Scenario {
  readonly run: (counts: Counts) => Promise<Outcome>;
  /** What the command does; the specs do less. */
  readonly full: Counts;
}

const FULL = { clients: 1000, rooms: 50, perSecond: 390 };

/** By the name under which the command knows them. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'node-killed': { run: nodeKilled, full: { ...FULL, rounds: 20 } },
  'redis-killed': { run: (counts) => redisKilled({ awayMs: 10_000, ...counts }), full: { ...FULL, perSecond: 460, rounds: 5 } },
  'postgres-restarted': { run: postgresRestarted, full: { ...FULL, rounds: 10 } },
  'slow-clients': { run: (counts) => slowClients({ beforeMs: 20_000, slackMs: 2, ...counts }), full: { ...FULL, clients: 500, rounds: 1 } },
  'leader-lost': { run: leaderLost, full: { ...FULL, rounds: 4 } },
  'one-run': { run: oneRun, full: { clients: 100, rooms: 5, perSecond: 0, rounds: 10 } },
  'node-drained': { run: nodeDrained, full: { ...FULL, rounds: 1 } },
};
