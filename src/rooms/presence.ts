import { randomUUID } from 'node:crypto';
import type { RedisLink } from '../storage/redis.js';
import type { NodeCounts } from './node-counts.js';
import type { Peers } from './peers.js';

const EVERY_MS = 1000;
/** A node that says nothing for so long counts as gone: its connections and members are no longer counted. */
const EXPIRES_MS = 5000;
const NODES = 'conclave:nodes';
const PREFIX = 'conclave:node:';

/** Says what this node counts, and answers what the others said; forgets those that have expired. One round trip. */
const SAY_AND_HEAR = `
  redis.call('SET', KEYS[2] .. ARGV[1], ARGV[2], 'PX', ARGV[3])
  redis.call('SADD', KEYS[1], ARGV[1])
  local said = {}
  for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    if id ~= ARGV[1] then
      local counts = redis.call('GET', KEYS[2] .. id)
      if counts then said[#said + 1] = counts else redis.call('SREM', KEYS[1], id) end
    end
  end
  return said`;

export interface PresenceNeeds {
  readonly redis: RedisLink;
  readonly peers: Peers;
  readonly counts: () => NodeCounts;
  /** Milliseconds. */
  readonly everyMs?: number;
  readonly expiresMs?: number;
}

/** Tells the cluster what this node counts, every second, and `Peers` what the others do. */
export class Presence {
  /** Of this process; two that call themselves alike are still two. */
  private readonly id = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly needs: PresenceNeeds) {}

  /** Resolves when this node is known and knows the others. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.beat(), this.needs.everyMs ?? EVERY_MS);
    this.timer.unref();
    await this.beat();
  }

  /** The others need not wait for the expiry. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    const { commands } = this.needs.redis;
    await Promise.all([commands.del(PREFIX + this.id), commands.srem(NODES, this.id)]).catch(() => undefined); // away: it expires
  }

  private async beat(): Promise<void> {
    const { redis, peers, counts, expiresMs = EXPIRES_MS } = this.needs;
    try {
      const said = await redis.commands.eval(SAY_AND_HEAR, 2, NODES, PREFIX, this.id, JSON.stringify(counts()), expiresMs) as string[];
      if (!this.stopped) peers.heard(said.map((text) => JSON.parse(text) as NodeCounts));
    } catch {
      peers.lost(); // that Redis is away, its link says
    }
  }
}
