import type { Hub } from '../rooms/hub.js';
import type { Runs } from '../signals/runs.js';
import type { FeedState } from './feed-state.js';
import type { Sessions } from './sessions/sessions.js';

export interface StatusNeeds {
  readonly node: string;
  readonly version: string;
  readonly analysts: number;
  readonly sessions: Sessions;
  readonly hub: Hub;
  readonly runs: Runs;
  readonly feed: FeedState;
}

/** The body of `/ws/status` and of `get_status`. */
export class Status {
  private readonly startedAt = performance.now();
  running = false;

  constructor(private readonly needs: StatusNeeds) {}

  report(): Record<string, unknown> {
    const { node, version, analysts, sessions, hub, runs, feed } = this.needs;
    const queue = runs.counts;
    return {
      websocket_manager: {
        total_connections: sessions.total,
        active_connections: sessions.active,
        messages_sent: sessions.messagesSent,
        rooms: hub.occupancy(),
      },
      orchestrator: { running: this.running, active_analyses: queue.running, active_agents: analysts },
      node,
      cluster: { nodes: [node] },
      feed: feed.report(),
      queue,
      dropped: sessions.dropped,
      uptime_s: Math.round((performance.now() - this.startedAt) / 1000),
      version,
    };
  }
}
