import { v7 as timeOrderedId } from 'uuid';
import type { ModelCall } from '../../src/journal/model-call.js';

type Parts = { readonly [Part in 'place' | 'request' | 'answer']?: Partial<ModelCall[Part]> } & Partial<Omit<ModelCall, 'place' | 'request' | 'answer'>>;

/** A call of the decision log with what is named changed. */
export const modelCall = ({ place, request, answer, ...rest }: Parts = {}): ModelCall => ({
  callId: timeOrderedId(),
  place: { runId: 'run-1', symbol: 'AAPL', agentId: 'technical', step: 'analyst', round: 0, asOf: Date.UTC(2026, 0, 1), requester: 'schedule', ...place },
  request: {
    agentId: 'technical', prompt: 'config/prompts/technical.md', endpoint: 'openai', model: 'gpt-5-mini',
    messages: [{ role: 'system', content: 'You read charts.' }, { role: 'user', content: 'AAPL at 100' }],
    mode: 'schema', schema: { type: 'object' }, temperature: 0.2, topP: null, seed: 7, maxTokens: 1200, ...request,
  },
  attempt: 1,
  answer: {
    outcome: 'OK', reply: '{"signal":"BUY"}', modelReturned: 'gpt-5-mini-2026-01-01', promptTokens: 100, completionTokens: 20, totalTokens: 120,
    latencyMs: 412.5, error: null, ...answer,
  },
  opinion: { signal: 'BUY', confidence: 0.8, reasoning: ['A higher low'] },
  startedAt: Date.now(),
  nanoUsd: 65_000,
  ...rest,
});
