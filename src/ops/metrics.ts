import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Sessions } from '../gateway/sessions/sessions.js';
import type { SqlCallLog } from '../journal/call-log.sql.js';
import type { CostLedger } from '../journal/costs.js';
import type { Market } from '../market/market.js';
import type { Runs } from '../signals/runs.js';
import { modelMetrics } from './model-metrics.js';

/** What Prometheus reads; the figures are taken when it asks. */
export class Metrics {
  private readonly registry = new Registry();

  constructor(sessions: Sessions, runs: Runs, market: Market, calls: SqlCallLog, costs: CostLedger) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry, prefix: 'conclave_' });
    const gauge = (name: string, help: string, value: () => number): void =>
      void new Gauge({ name: `conclave_${name}`, help, registers: [registry], collect() { this.set(value()); } });
    gauge('connections', 'Open connections', () => sessions.active);
    gauge('runs_running', 'Runs under way', () => runs.counts.running);
    gauge('runs_waiting', 'Runs that wait', () => runs.counts.waiting);
    gauge('messages_sent', 'Messages written to clients since the start', () => sessions.messagesSent);
    gauge('connections_total', 'Connections since the start', () => sessions.total);
    gauge('ticks_dropped', 'Ticks and candles that could not be used', () => market.dropped);
    const ended = new Counter({ name: 'conclave_runs_total', help: 'Runs that ended, by action', labelNames: ['action'], registers: [registry] });
    modelMetrics(registry, calls, costs);
    runs.observe((_run, signal) => ended.inc({ action: signal?.verdict.action ?? 'none' }));
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
