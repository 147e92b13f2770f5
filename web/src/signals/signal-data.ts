import { queryOptions } from '@tanstack/react-query';
import type { AgentUpdate, SignalUpdate, TradingDecision } from 'conclave/client';
import { get } from '../api.js';

type Action = SignalUpdate['action'];
type Stance = AgentUpdate['signal'];

/** One vote of a signal: `share` of the tally, `weight` as configured. */
export interface Opinion {
  readonly agent_id: string;
  readonly name: string;
  readonly signal: Stance;
  readonly confidence: number;
  readonly fault_domain: string;
  readonly reasoning: readonly string[];
  readonly reason?: string;
  readonly latency_ms: number;
  readonly weight: number;
  readonly share: number;
  readonly target_price?: number;
  readonly stop_loss?: number;
  readonly step?: string;
  readonly round?: number;
}

export interface Outcome {
  readonly status: 'pending' | 'expired' | 'unknown';
  readonly touched: 'target' | 'stop' | null;
  readonly outcome_return: number | null;
  readonly outcome: 'UP' | 'DOWN' | 'FLAT' | null;
  readonly correct: boolean | null;
  readonly scores: Readonly<Record<string, 0 | 1>> | null;
  readonly band: number | null;
  readonly cost: number | null;
  readonly horizon_bars: number;
  readonly resolved_at: string | null;
}

interface Zone {
  readonly kind: string;
  readonly direction: string;
  readonly low: number;
  readonly high: number;
  readonly time: number;
  readonly mitigated?: number;
}
/** What the analysts saw. Times in it are epoch milliseconds of the market. */
export interface View {
  readonly as_of: string;
  readonly interval: string;
  readonly price: number;
  readonly candles: number;
  readonly last_candle: { readonly time: number; readonly open: number; readonly high: number; readonly low: number; readonly close: number; readonly volume: number } | null;
  readonly indicators: Readonly<Record<string, number | null>> | null;
  readonly structure: {
    readonly trend: string | null;
    readonly range: { readonly low: number; readonly high: number; readonly position: number } | null;
    readonly killzone: string | null;
    readonly last_swing_high: { readonly price: number; readonly label?: string } | null;
    readonly last_swing_low: { readonly price: number; readonly label?: string } | null;
    readonly open_zones: readonly Zone[];
  } | null;
}

interface Usage {
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly usd: number;
}

export interface FullSignal extends SignalUpdate {
  readonly status: 'active' | 'superseded' | 'expired';
  readonly superseded_at: string | null;
  readonly depth?: string;
  readonly opinions: readonly Opinion[];
  readonly view: View | null;
  readonly costs: Usage;
  /** null: of an earlier version, not followed. */
  readonly outcome: Outcome | null;
}

interface Verdict {
  readonly kind: 'decided' | 'too_few_domains';
  readonly action?: Action;
  readonly agreement?: number;
  readonly fault_domains?: number;
  readonly needed?: number;
}
interface Without {
  readonly verdict: Verdict;
  readonly changes: boolean;
}
export type WithoutAnalyst = Without & { readonly agent_id: string; readonly name: string };
type WithoutDomain = Without & { readonly fault_domain: string; readonly agent_ids: readonly string[] };
interface Contribution {
  readonly agent_id: string;
  readonly share: number;
  readonly counted: boolean;
  readonly not_counted: 'abstained' | 'weight_zero' | 'below_min_confidence' | null;
  readonly supports_action: boolean;
}
export interface Explanation {
  readonly parameters: { readonly threshold: number; readonly min_confidence: number; readonly min_domains: number | null; readonly note: string };
  readonly verdict: { readonly action: Action; readonly support: Readonly<Record<Action, number>>; readonly fault_domains: number; readonly tolerated_faults: number };
  readonly reproduces: boolean;
  readonly margin: number;
  readonly lacking: Readonly<Partial<Record<Action, number>>>;
  readonly contributions: readonly Contribution[];
  readonly without_analyst: readonly WithoutAnalyst[];
  readonly without_domain: readonly WithoutDomain[];
  readonly flip: {
    readonly found: boolean; readonly action: Action | null; readonly none_within: number; readonly smallest: boolean;
    readonly changes: readonly { readonly agent_id: string; readonly name: string; readonly from: Stance; readonly to: Stance }[];
  };
}

export type Decision = TradingDecision & { readonly origin: string; readonly origin_id: string; readonly reason: string };
export interface Trace {
  readonly decisions: readonly Decision[];
  readonly timeline: readonly { readonly at: string; readonly kind: string; readonly id: string; readonly text: string }[];
}

export const signalQuery = (id: string) => queryOptions({
  queryKey: ['signal', id],
  queryFn: ({ signal }) => get<FullSignal>(`/api/signals/${encodeURIComponent(id)}`, {}, signal),
});

/** Follows from the stored votes: it never changes. */
export const explainQuery = (id: string) => queryOptions({
  queryKey: ['signal', id, 'explain'],
  staleTime: Infinity,
  queryFn: ({ signal }) => get<Explanation>(`/api/signals/${encodeURIComponent(id)}/explain`, {}, signal),
});

/** Decisions, orders and fills that came of it. */
export const traceQuery = (id: string) => queryOptions({
  queryKey: ['signal', id, 'trace'],
  queryFn: ({ signal }) => get<Trace>(`/api/trace/${encodeURIComponent(id)}`, {}, signal),
});
