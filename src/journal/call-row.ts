import { StringDecoder } from 'node:string_decoder';
import type { Insertable } from 'kysely';
import type { ModelCallsTable } from '../storage/schema.js';
import type { ModelAnswer, ModelCall } from './model-call.js';
import { redact } from './redact.js';
import { requestHash } from './request-hash.js';

export type CallRow = Required<Insertable<ModelCallsTable>>;

/** Bytes of UTF-8 of a reply that are kept. */
export const LONGEST_REPLY = 256 * 1024;
const LONGEST_ERROR = 8 * 1024;

/**
 * A call as it is stored. What a database would refuse is made fit: a fraction of a token is rounded, NUL becomes SOH
 * (no JSON string may hold either, so a replay reads such a reply as the first reader did).
 */
export function callRow({ callId, place, request, attempt, answer, opinion, startedAt, nanoUsd }: ModelCall, secrets: readonly string[]): CallRow {
  const text = (value: string): string => redact(value, secrets).replaceAll('\0', '\x01');
  const json = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? redact(each, secrets) : each));
  const { reply, error } = cut(answer);
  const { mode, model, endpoint, prompt, messages, schema, temperature, topP, seed, maxTokens } = request;
  return {
    call_id: callId, run_id: place.runId, symbol: place.symbol, agent_id: place.agentId, step: place.step, round: place.round,
    request_hash: requestHash(request), attempt,
    prompt: text(prompt), endpoint: text(endpoint), model: text(model), mode,
    model_returned: answer.modelReturned === null ? null : text(answer.modelReturned),
    outcome: answer.outcome, requester: text(place.requester),
    as_of: Math.round(place.asOf), started_at: Math.round(startedAt), latency_ms: Number.isFinite(answer.latencyMs) ? answer.latencyMs : 0,
    prompt_tokens: whole(answer.promptTokens), completion_tokens: whole(answer.completionTokens), total_tokens: whole(answer.totalTokens),
    nano_usd: Math.round(nanoUsd),
    error: error === null ? null : text(error),
    opinion: opinion && json(opinion),
    params: json({ temperature, top_p: topP, seed, max_tokens: maxTokens, schema }),
    reply: reply === null ? null : text(reply),
    messages: json(messages.map(({ role, content }) => ({ role, content }))),
  };
}

/** Bytes that the row takes, nearly. */
export const sizeOf = ({ messages, reply, params, opinion, error }: CallRow): number =>
  500 + messages.length + (reply?.length ?? 0) + params.length + (opinion?.length ?? 0) + (error?.length ?? 0);

export const answerOf = (row: ModelCallsTable): ModelAnswer => ({
  outcome: row.outcome, reply: row.reply, modelReturned: row.model_returned,
  promptTokens: row.prompt_tokens, completionTokens: row.completion_tokens, totalTokens: row.total_tokens,
  latencyMs: row.latency_ms, error: row.error,
});

function cut({ reply, error: said }: ModelAnswer): Pick<ModelAnswer, 'reply' | 'error'> {
  const error = said && said.slice(0, LONGEST_ERROR);
  // a character takes 4 bytes at most, so most replies need no counting
  if (reply === null || reply.length * 4 <= LONGEST_REPLY) return { reply, error };
  const bytes = Buffer.from(reply);
  if (bytes.length <= LONGEST_REPLY) return { reply, error };
  const note = `the reply had ${bytes.length} bytes, of which the first ${LONGEST_REPLY} are kept`;
  // the decoder leaves out a character of which only a part is there
  return { reply: new StringDecoder('utf8').write(bytes.subarray(0, LONGEST_REPLY)), error: error ? `${error}; ${note}` : note };
}

/** What servers say is not always a number. */
const whole = (value: number | null): number | null => (value === null || !Number.isSafeInteger(Math.round(value)) ? null : Math.round(value));
