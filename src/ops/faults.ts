import type { FeedReport } from '../gateway/feed-state.js';

/** Something that is wrong now, for who must see to it. */
export interface Fault {
  readonly code: string;
  readonly level: 'warning' | 'error';
  /** Which feed, provider, analyst or account; null where there is but one. */
  readonly subject: string | null;
  readonly message: string;
}

export interface Circumstances {
  readonly feed: FeedReport;
  /** Why it does not answer; null: it does, or there is none. */
  readonly database: string | null;
  readonly redis: string | null;
  readonly breakers: readonly { readonly provider: string; readonly open: boolean }[];
  readonly hostile: readonly { readonly agentId: string; readonly why: string | null }[];
  /** Of all accounts and of each; nothing where none trades. */
  readonly trading: readonly { readonly scope: string; readonly state: string; readonly reason: string | null }[];
  /** USD that models may still cost today; null: unknown. */
  readonly budget: { readonly limit: number; readonly left: number } | null;
  readonly draining: boolean;
}

/** The worst first. */
export function faultsOf({ feed, database, redis, breakers, hostile, trading, budget, draining }: Circumstances): readonly Fault[] {
  const faults: Fault[] = [];
  const add = (level: Fault['level'], code: string, subject: string | null, message: string): void => void faults.push({ code, level, subject, message });
  if (database !== null) add('error', 'DATABASE_AWAY', null, database);
  if (redis !== null) add('error', 'REDIS_AWAY', null, redis);
  if (feed.connected === false) add('error', 'FEED_DISCONNECTED', feed.name, 'The outside stream is not connected: it is tried again');
  if (feed.stale) add('error', 'FEED_STALE', feed.name, feed.last_tick_age_ms === null ? 'No price yet' : `No price for ${Math.round(feed.last_tick_age_ms / 1000)} s`);
  for (const { scope, state, reason } of trading) {
    if (state !== 'ACTIVE') add(state === 'HALTED' ? 'error' : 'warning', `TRADING_${state}`, scope, reason ?? `Trading is ${state}`);
  }
  for (const { provider, open } of breakers) if (open) add('warning', 'BREAKER_OPEN', provider, 'The provider failed several times one after the other: it is left alone for a while');
  for (const { agentId, why } of hostile) add('warning', 'ANALYST_HOSTILE', agentId, why ?? 'Behaves as no analyst does');
  if (budget && budget.limit > 0 && budget.left <= 0) add('warning', 'BUDGET_SPENT', null, `The ${budget.limit} USD that models may cost today are spent: they abstain until midnight UTC`);
  if (draining) add('warning', 'DRAINING', null, 'This node takes nothing new: it is shutting down');
  return faults.sort((a, b) => (a.level === b.level ? 0 : a.level === 'error' ? -1 : 1));
}
