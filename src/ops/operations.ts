import type { ModelCaller } from '../analysts/llm/model-caller.js';
import type { RemoteSeats } from '../analysts/remote/remote-seats.js';
import type { SharedSeats } from '../analysts/remote/shared-seats.js';
import type { DrainState } from '../gateway/drain-state.js';
import type { FeedState } from '../gateway/feed-state.js';
import type { Sessions } from '../gateway/sessions/sessions.js';
import type { Status } from '../gateway/status.js';
import type { WorkDone } from '../gateway/work-done.js';
import type { SqlCallLog } from '../journal/call-log.sql.js';
import type { CostLedger, Today } from '../journal/costs.js';
import type { Market } from '../market/market.js';
import { symbolRoom } from '../rooms/names.js';
import { sums } from '../rooms/peers.js';
import type { Runs } from '../signals/runs.js';
import type { Database } from '../storage/database.js';
import type { RedisLink } from '../storage/redis.js';
import type { Desks } from '../trading/desks.js';
import { ALL, type States } from '../trading/states.js';
import { faultsOf } from './faults.js';
import type { LogStream } from './log-stream.js';

export interface OperationsNeeds {
  readonly version: string;
  readonly maxConnections: number;
  readonly status: Status;
  readonly sessions: Sessions;
  readonly drain: DrainState;
  readonly runs: Runs;
  readonly work: WorkDone;
  readonly market: Market;
  readonly feed: FeedState;
  readonly costs: CostLedger;
  readonly calls: Pick<SqlCallLog, 'pending'>;
  readonly caller: Pick<ModelCaller, 'breakers'>;
  readonly remote: RemoteSeats;
  /** null where this node is alone, and for what follows. */
  readonly shared: SharedSeats | null;
  readonly database: Database;
  readonly redis: RedisLink | null;
  readonly states: Pick<States, 'of'>;
  readonly desks: Pick<Desks, 'accounts'>;
  readonly log: LogStream;
}

/** How the server is doing: nodes, connections, rooms, queue, feeds, budgets, faults, the last lines of the log. */
export class Operations {
  constructor(private readonly needs: OperationsNeeds) {}

  /** With the last lines of the log. */
  async report(): Promise<Record<string, unknown>> {
    return { ...await this.now(), log: this.needs.log.recent() };
  }

  /** Answers also while the database or Redis is away. */
  async now(): Promise<Record<string, unknown>> {
    const { version, maxConnections, status, sessions, drain, runs, work, feed, costs, calls, redis } = this.needs;
    const [budgets, database, redisAway] = await Promise.all([costs.today().catch(() => null), absence(this.needs.database), redis && absence(redis)]);
    const nodes = status.nodes();
    return {
      node: status.node, version, time: new Date().toISOString(), uptime_s: status.uptimeSeconds,
      state: drain.draining ? 'draining' : status.running ? 'serving' : 'starting',
      nodes: nodes.map(({ node, active, total, sent, running, rooms }) => ({
        node, here: node === status.node, connections: active, connections_since_start: total, messages_sent: sent, runs_running: running, rooms: Object.keys(rooms).length,
      })),
      connections: { here: sessions.active, limit: maxConnections, all: nodes.reduce((all, { active }) => all + active, 0), dropped: sessions.dropped },
      rooms: this.rooms(nodes.map(({ rooms }) => rooms)),
      queue: { ...runs.counts, ended: work.runs },
      feed: feed.report(),
      feeds: this.feeds(),
      budgets,
      decision_log: { pending: calls.pending, calls: work.calls + calls.pending },
      database: database === null ? 'up' : 'away',
      redis: redis && (redisAway === null ? 'up' : 'away'),
      faults: this.faults(budgets, database, redisAway),
    };
  }

  /** By their whole names, the fullest first. */
  private rooms(counts: readonly Readonly<Record<string, number>>[]): readonly { readonly room: string; readonly members: number }[] {
    const symbols = new Set(this.needs.market.instruments.map(({ symbol }) => symbol));
    return [...sums(counts)].map(([name, members]) => ({ room: symbols.has(name) ? symbolRoom(name) : name, members }))
      .sort((a, b) => b.members - a.members || (a.room < b.room ? -1 : 1));
  }

  /** How old the last price of each symbol is, market milliseconds. */
  private feeds(): readonly Record<string, unknown>[] {
    const { market } = this.needs;
    return market.instruments.map(({ symbol }) => {
      const last = market.lastPrice(symbol);
      return { symbol, source: last?.source ?? market.source, last_price_at: last?.timestamp ?? null, age_ms: last && Math.max(0, market.now() - Date.parse(last.timestamp)) };
    });
  }

  private faults(budgets: Today | null, database: string | null, redis: string | null): readonly unknown[] {
    const { feed, caller, remote, shared, states, desks, drain } = this.needs;
    const known = new Map([...remote.hereNow, ...(shared?.far ?? [])].map(({ identity, conduct }) => [identity.agentId, conduct]));
    return faultsOf({
      feed: feed.report(), database, redis, breakers: caller.breakers(),
      hostile: [...known].filter(([, { hostile }]) => hostile).map(([agentId, { why }]) => ({ agentId, why })),
      trading: [ALL, ...desks.accounts().map(({ accountId }) => accountId)].map((scope) => ({ scope, ...states.of(scope) })),
      budget: budgets && budgets.day, draining: drain.draining,
    });
  }
}

/** Why it does not answer; null: it does. */
const absence = async (link: { ping(): Promise<void> }): Promise<string | null> =>
  link.ping().then(() => null, (error: unknown) => (error instanceof Error ? error.message : String(error)));
