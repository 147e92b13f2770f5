import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { NANO } from '../journal/budget.js';
import type { SqlCallLog } from '../journal/call-log.sql.js';
import type { CostLedger } from '../journal/costs.js';

const SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

/** What the calls of language models took and cost. */
export function modelMetrics(registry: Registry, calls: SqlCallLog, costs: CostLedger): void {
  const registers = [registry];
  const asked = new Counter({ name: 'conclave_model_calls_total', help: 'Calls of language models, by outcome', labelNames: ['outcome', 'model', 'agent'], registers });
  const tokens = new Counter({ name: 'conclave_model_tokens_total', help: 'Tokens, as the servers count them', labelNames: ['kind', 'model'], registers });
  const usd = new Counter({ name: 'conclave_model_usd_total', help: 'Dollars that were booked', labelNames: ['model'], registers });
  const took = new Histogram({ name: 'conclave_model_call_seconds', help: 'From the call to its reply', labelNames: ['model'], buckets: SECONDS, registers });
  calls.observe(({ request: { model }, place: { agentId }, answer, nanoUsd }) => {
    asked.inc({ outcome: answer.outcome, model, agent: agentId });
    if (answer.promptTokens !== null) tokens.inc({ kind: 'prompt', model }, answer.promptTokens);
    if (answer.completionTokens !== null) tokens.inc({ kind: 'completion', model }, answer.completionTokens);
    usd.inc({ model }, nanoUsd / NANO);
    took.observe({ model }, answer.latencyMs / 1000);
  });
  new Gauge({ name: 'conclave_model_log_pending', help: 'Calls that are not stored yet', registers, collect() { this.set(calls.pending); } });
  new Gauge({
    name: 'conclave_model_budget_usd', help: 'Of this day (UTC): spent, with what is reserved, and the limit', labelNames: ['kind'], registers,
    async collect() {
      const today = await costs.today().catch(() => null);
      if (!today) return this.reset(); // the database is away: no figure rather than an old one
      this.set({ kind: 'spent' }, today.day.spent);
      this.set({ kind: 'limit' }, today.day.limit);
    },
  });
}
