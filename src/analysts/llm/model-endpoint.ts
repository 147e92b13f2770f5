import type { ModelAnswer, ModelRequest } from '../../journal/model-call.js';

/** What one attempt brought, and what is known of its price. */
export interface EndpointAnswer extends ModelAnswer {
  /** Milliseconds that the server asked to wait; null where it did not. */
  readonly retryAfterMs: number | null;
  /** `none`: the server answered with an error, nothing was made. `unknown`: it may have been made, and nobody said what it took. */
  readonly cost: 'usage' | 'none' | 'unknown';
}

/** Where a model is asked. */
export abstract class ModelEndpoint {
  /** One attempt. Never rejects: what went wrong is the answer's outcome. Ends when `signal` aborts. */
  abstract ask(request: ModelRequest, attempt: number, signal: AbortSignal): Promise<EndpointAnswer>;
}

/** No reply, and why. */
export const noReply = (
  outcome: ModelAnswer['outcome'], error: string, latencyMs: number, { retryAfterMs = null, cost = 'none' }: Partial<Pick<EndpointAnswer, 'retryAfterMs' | 'cost'>> = {},
): EndpointAnswer => ({
  outcome, reply: null, modelReturned: null, promptTokens: null, completionTokens: null, totalTokens: null, latencyMs, error, retryAfterMs, cost,
});

/** True where the server does not know the way in which the reply's shape was asked for. The same of a recorded answer. */
export const refusesMode = ({ outcome, error }: ModelAnswer): boolean =>
  outcome === 'BAD_REPLY' && error !== null && /^HTTP 4(00|22)\b.*(response_format|json_schema|json_object|json mode|structured output|schema)/is.test(error);
