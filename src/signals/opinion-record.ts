import type { Action, Vote } from '../model/opinion.js';

/** What of a vote is kept beside the signal's own text, which has the rest. */
interface OpinionRecord {
  readonly agent_id: string;
  readonly latency_ms: number;
  /** As configured; in the signal stands the share of the tally. */
  readonly weight: number;
  readonly target_price?: number | undefined;
  readonly stop_loss?: number | undefined;
}

/** The part of `signal_update`'s data that is read back. */
export interface SignalBody {
  readonly agents_consensus: {
    readonly threshold: number;
    /** These two are absent in signals of earlier versions. */
    readonly min_confidence?: number;
    readonly min_domains?: number;
    readonly agreement: number;
    readonly support: Readonly<Record<Action, number>>;
    readonly agent_details: Readonly<Record<string, { readonly weight: number } & Readonly<Record<string, unknown>>>>;
  };
  readonly signal_id: string;
  readonly run_id: string;
  readonly symbol: string;
  readonly action: Action;
  readonly confidence: number;
}

export const opinionRecords = (votes: readonly Vote[]): readonly OpinionRecord[] =>
  votes.map(({ agentId, latencyMs, weight, targetPrice, stopLoss }) => ({
    agent_id: agentId, latency_ms: latencyMs, weight, target_price: targetPrice, stop_loss: stopLoss,
  }));

/** The votes as `GET /api/signals/:id` shows them: `share` is of the tally, `weight` as configured. */
export function opinionsOf({ agents_consensus: { agent_details: details } }: SignalBody, records: string): readonly Record<string, unknown>[] {
  return (JSON.parse(records) as OpinionRecord[]).map((record) => {
    const { weight: share, ...said } = details[record.agent_id] ?? { weight: 0 };
    return { ...said, ...record, share };
  });
}
