import { stringify } from 'csv-stringify/sync';
import type { ModelCallsTable } from '../storage/schema.js';
import { cell } from './csv-cell.js';
import { modelLogItem } from './model-log-item.js';

type Parts = AsyncIterable<readonly ModelCallsTable[]>;

/** A JSON array of the list's items, one in a line. Pulled part by part. */
export async function* exportJson(parts: Parts): AsyncGenerator<string, void, undefined> {
  let before = '[\n';
  for await (const rows of parts) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => JSON.stringify(modelLogItem(row))).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** RFC 4180, with a heading and CRLF; see `cell` for what becomes of text. */
export async function* exportCsv(parts: Parts): AsyncGenerator<string, void, undefined> {
  yield lines([[...COLUMNS]]);
  for await (const rows of parts) if (rows.length > 0) yield lines(rows.map(record).map((columns) => COLUMNS.map((column) => cell(columns[column]))));
}

const lines = (records: (string | number | null)[][]): string => stringify(records, { record_delimiter: 'windows', quoted_string: true });

/** The item with its objects as JSON text and the tokens in columns of their own. */
function record(row: ModelCallsTable): Record<(typeof COLUMNS)[number], string | number | null> {
  const { call_id, run_id, symbol, step, round, attempt, endpoint, model, model_returned, mode, prompt, params, messages, reply } = row;
  const { outcome, error, opinion, requester, latency_ms, prompt_tokens, completion_tokens, total_tokens, request_hash } = row;
  const { agent, retries, usd, as_of, started_at } = modelLogItem(row) as { agent: string; retries: number; usd: number; as_of: string; started_at: string };
  return {
    call_id, run_id, symbol, agent, step, round, attempt, retries, endpoint, model, model_returned, mode, prompt, params, messages, reply,
    outcome, error, opinion, requester, as_of, started_at, latency_ms, prompt_tokens, completion_tokens, total_tokens, usd, request_hash,
  };
}

const COLUMNS = [
  'call_id', 'run_id', 'symbol', 'agent', 'step', 'round', 'attempt', 'retries', 'endpoint', 'model', 'model_returned', 'mode', 'prompt', 'params',
  'messages', 'reply', 'outcome', 'error', 'opinion', 'requester', 'as_of', 'started_at', 'latency_ms', 'prompt_tokens', 'completion_tokens',
  'total_tokens', 'usd', 'request_hash',
] as const;
