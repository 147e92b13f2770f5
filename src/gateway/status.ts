import type { Hub } from '../rooms/hub.js';
import type { NodeCounts } from '../rooms/node-counts.js';
import { sums, type Peers } from '../rooms/peers.js';
import type { Runs } from '../signals/runs.js';
import type { RedisLink } from '../storage/redis.js';
import type { FeedState } from './feed-state.js';
import type { ConnectionLimits } from './limits/connection-limits.js';
import type { Sessions } from './sessions/sessions.js';
import type { WorkDone } from './work-done.js';

export interface StatusNeeds {
  readonly node: string;
  readonly version: string;
  /** Seats of the panel that are taken now. */
  readonly analysts: () => number;
  readonly sessions: Sessions;
  readonly hub: Hub;
  readonly runs: Runs;
  readonly work: WorkDone;
  readonly feed: FeedState;
  readonly connections: ConnectionLimits;
  readonly peers: Peers;
  /** null where this node is alone. */
  readonly redis: Pick<RedisLink, 'up'> | null;
}

/** The body of `/ws/status` and of `get_status`. */
export class Status {
  private readonly startedAt = performance.now();
  running = false;

  constructor(private readonly needs: StatusNeeds) {}

  get node(): string {
    return this.needs.node;
  }

  get uptimeSeconds(): number {
    return Math.round((performance.now() - this.startedAt) / 1000);
  }

  /** Of the whole cluster, this node first. */
  nodes(): readonly NodeCounts[] {
    const { peers, redis } = this.needs;
    return [this.counts(), ...(redis?.up ? peers.all : [])];
  }

  /** This node's own part, for the others. */
  counts(): NodeCounts {
    const { node, sessions, hub, runs, work, connections } = this.needs;
    return {
      node, total: sessions.total, active: sessions.active, sent: sessions.messagesSent, running: runs.counts.running, ended: work.runs, calls: work.calls,
      rooms: hub.occupancy(), addresses: connections.byAddress(),
    };
  }

  /** Of the whole cluster: connections, messages, rooms, analyses; of this node: the rest. */
  report(): Record<string, unknown> {
    const { node, version, analysts, sessions, runs, feed, redis } = this.needs;
    const nodes = this.nodes();
    const sum = (of: (counts: NodeCounts) => number): number => nodes.reduce((total, counts) => total + of(counts), 0);
    return {
      websocket_manager: {
        total_connections: sum(({ total }) => total),
        active_connections: sum(({ active }) => active),
        messages_sent: sum(({ sent }) => sent),
        rooms: Object.fromEntries(sums(nodes.map(({ rooms }) => rooms))),
      },
      orchestrator: { running: this.running, active_analyses: sum(({ running }) => running), active_agents: analysts() },
      node,
      cluster: { nodes: nodes.map((each) => each.node), ...(redis && { redis: redis.up ? 'up' : 'away' }) },
      feed: feed.report(),
      queue: runs.counts,
      dropped: sessions.dropped,
      uptime_s: this.uptimeSeconds,
      version,
    };
  }
}
