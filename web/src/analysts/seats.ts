import { queryOptions } from '@tanstack/react-query';
import type { AnalystUpdate, ConductReport, SeatStatistics } from 'conclave/client';
import { get, queryClient } from '../api.js';

/** A seat of the panel. An empty one has its name, its kind and why it is empty. */
export interface Seat {
  readonly agent_id: string;
  readonly name: string;
  readonly kind: 'rule' | 'model' | 'remote';
  readonly state: 'seated' | 'empty' | 'away';
  readonly why?: string;
  readonly weight?: number;
  readonly fault_domain?: string;
  readonly warm_up?: number;
  readonly source?: string;
  readonly family?: string | null;
  readonly role?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly connected: boolean;
  readonly statistics?: SeatStatistics | null;
  readonly usage?: { readonly calls: number; readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number; readonly usd: number } | null;
  readonly conduct?: ConductReport;
}
export interface Seats {
  readonly items: readonly Seat[];
  /** The earliest of `nodes`, whose votes these are. */
  readonly counted_since: string;
  readonly nodes: readonly { readonly node: string; readonly counted_since: string }[];
  /** Nodes that did not answer in time. */
  readonly silent: readonly string[];
  readonly usage_since: string;
}

export const seatsQuery = queryOptions({
  queryKey: ['seats'],
  meta: { unlogged: true },
  queryFn: ({ signal }) => get<Seats>('/api/analysts', { limit: 500 }, signal),
});

/** A remote analyst has come or gone. One that was not known is asked for. */
export function seatTaken({ agent_id: id, state, connected, weight, fault_domain: domain }: AnalystUpdate): void {
  const seats = queryClient.getQueryData(seatsQuery.queryKey);
  if (seats?.items.some(({ agent_id: each }) => each === id)) {
    queryClient.setQueryData(seatsQuery.queryKey, {
      ...seats, items: seats.items.map((seat) => (seat.agent_id === id ? { ...seat, state, connected, weight, fault_domain: domain } : seat)),
    });
  } else {
    void queryClient.invalidateQueries({ queryKey: seatsQuery.queryKey });
  }
}

export const abstentions = ({ abstained }: SeatStatistics): number => Object.values(abstained).reduce((sum, count) => sum + count, 0);
