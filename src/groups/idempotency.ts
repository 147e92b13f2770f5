import type { Answer } from './answer.js';

/** For so long an `idempotency_key` stands for what first came with it. */
export const KEPT_MS = 24 * 3_600_000;
export const LONGEST_KEY = 128;
const PATH = 'condition.trace.idempotency_key';

/** What a key stands for already. */
export interface First {
  readonly id: string;
  readonly correlationId: string;
  /** Wall time, epoch milliseconds. */
  readonly at: number;
}

/** The same key with something else: nothing was stored. `what` it names: a decision, an event. */
export const conflict = (key: string, { id, correlationId, at }: First, what: string): Answer => ({
  ok: false, message: 'IDEMPOTENCY_CONFLICT', retryable: false, correlation_id: correlationId,
  detail: [{ path: PATH, message: `${key} stands for another payload, accepted at ${new Date(at).toISOString()} as ${id}: use another key for another ${what}` }],
});
