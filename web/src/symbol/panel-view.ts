import type { SignalUpdate } from 'conclave/client';
import type { LiveRun } from '../symbols.js';
import { analystName } from '../words.js';

/** What `GET /api/analysts` says of each seat, as far as this page shows it. */
export interface AnalystInfo {
  readonly agent_id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly weight: number;
  readonly fault_domain: string;
}

/** One seat in a run; `stance` is null until its vote lands. */
export interface Seat {
  readonly id: string;
  readonly name: string;
  readonly faultDomain: string | null;
  readonly stance: string | null;
  readonly confidence: number;
  /** Of the weight in the tally, 0 to 1; null before the consensus. */
  readonly share: number | null;
  readonly reasoning: readonly string[];
  readonly reason: string | null;
  readonly latencyMs: number | null;
}

export interface PanelView {
  readonly runId: string | null;
  /** Votes come in. */
  readonly open: boolean;
  readonly seats: readonly Seat[];
  readonly signal: SignalUpdate | null;
}

/** The newest run with its votes where this page heard it, else the last signal. */
export function panelOf(analysts: readonly AnalystInfo[], newest: LiveRun | undefined, last: SignalUpdate | null): PanelView {
  const run = newest && (newest.signal !== null || newest.failed === null) ? newest : undefined;
  const isLater = run !== undefined && (run.signal === null || last === null || run.signal.signal_id === last.signal_id || run.signal.timestamp > last.timestamp);
  const signal = isLater ? run.signal : last;
  const votes = isLater ? run.votes : {};
  const details = signal?.agents_consensus.agent_details ?? {};
  const known = new Map(analysts.map((analyst) => [analyst.agent_id, analyst]));
  const seated = analysts.filter(({ state }) => state === 'seated').map(({ agent_id: id }) => id);
  const voted = signal ? Object.keys(details) : Object.keys(votes);
  const ids = [...new Set([...(signal ? [] : seated), ...voted])];
  const seats = ids.map((id): Seat => {
    const [detail, vote, info] = [details[id], votes[id], known.get(id)];
    return {
      id,
      name: analystName(detail?.name ?? vote?.agent ?? info?.name ?? id),
      faultDomain: detail?.fault_domain ?? info?.fault_domain ?? null,
      stance: detail?.signal ?? vote?.signal ?? null,
      confidence: detail?.confidence ?? vote?.confidence ?? 0,
      share: detail?.weight ?? null,
      reasoning: detail?.reasoning ?? vote?.reasoning ?? [],
      reason: vote?.reason ?? (detail as { reason?: string } | undefined)?.reason ?? null,
      latencyMs: vote?.latency_ms ?? null,
    };
  });
  return { runId: isLater ? run.runId : (signal?.run_id ?? null), open: isLater && run.signal === null, seats, signal };
}
