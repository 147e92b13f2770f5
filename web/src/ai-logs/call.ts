import { queryOptions } from '@tanstack/react-query';
import { get, type Page } from '../api.js';

/** A call of a language model, as `GET /api/ai-logs` has it. */
export interface Call {
  readonly call_id: string;
  readonly run_id: string;
  readonly symbol: string;
  readonly agent: string;
  readonly step: string;
  readonly round: number;
  readonly attempt: number;
  readonly endpoint: string;
  readonly model: string;
  readonly model_returned: string | null;
  readonly mode: string;
  readonly prompt: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly reply: string | null;
  readonly outcome: string;
  readonly error: string | null;
  readonly opinion: unknown;
  readonly requester: string;
  readonly as_of: string;
  readonly started_at: string;
  readonly latency_ms: number;
  readonly tokens: { readonly prompt: number | null; readonly completion: number | null; readonly total: number | null };
  readonly usd: number;
}

const MOST = 100;

/** Of one run, the first first. */
export const callsOfRun = (runId: string) => queryOptions({
  queryKey: ['ai-logs', 'run', runId],
  queryFn: async ({ signal }) => [...(await get<Page<Call>>('/api/ai-logs', { run_id: runId, limit: MOST }, signal)).items].reverse(),
});
