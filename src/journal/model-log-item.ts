import type { ModelCallsTable } from '../storage/schema.js';
import { NANO } from './budget.js';

/** A call as `GET /api/ai-logs` shows it. */
export const modelLogItem = (row: ModelCallsTable): Record<string, unknown> => ({
  call_id: row.call_id,
  run_id: row.run_id,
  symbol: row.symbol,
  agent: row.agent_id,
  step: row.step,
  round: row.round,
  attempt: row.attempt,
  retries: row.attempt - 1,
  endpoint: row.endpoint,
  model: row.model,
  model_returned: row.model_returned,
  mode: row.mode,
  prompt: row.prompt,
  params: JSON.parse(row.params) as unknown,
  messages: JSON.parse(row.messages) as unknown,
  reply: row.reply,
  outcome: row.outcome,
  error: row.error,
  opinion: row.opinion === null ? null : JSON.parse(row.opinion) as unknown,
  requester: row.requester,
  as_of: iso(row.as_of),
  started_at: iso(row.started_at),
  latency_ms: row.latency_ms,
  tokens: { prompt: row.prompt_tokens, completion: row.completion_tokens, total: row.total_tokens },
  usd: row.nano_usd / NANO,
  // the whole of it is in `GET /api/runs/:run_id/inputs`
  view: { run_id: row.run_id, as_of: iso(row.as_of) },
  request_hash: row.request_hash,
});

const iso = (time: number): string => new Date(time).toISOString();
