const DAY_MS = 86_400_000;

/** What may be looked at: milliseconds back, and the width of the chart's bars. */
export const PERIODS = {
  '24h': { label: 'Last 24 hours', ms: DAY_MS, bucket: 'hour' },
  '7d': { label: 'Last 7 days', ms: 7 * DAY_MS, bucket: 'hour' },
  '30d': { label: 'Last 30 days', ms: 30 * DAY_MS, bucket: 'day' },
  '1y': { label: 'Last year', ms: 365 * DAY_MS, bucket: 'day' },
} as const;
export type Period = keyof typeof PERIODS;

export const OUTCOMES = [
  'OK', 'RATE_LIMITED', 'BAD_REPLY', 'REFUSED', 'OVER_BUDGET', 'UNAVAILABLE', 'TIMEOUT', 'CANCELLED', 'NOT_RECORDED', 'FAILED',
] as const;

/** In the address, so that a filter can be shared. What is absent does not filter. */
export interface Filter {
  readonly symbol?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly outcome?: string;
  readonly run_id?: string;
  readonly q?: string;
  /** A day where absent. */
  readonly period?: Period;
}

const TEXTS = ['symbol', 'agent', 'model', 'run_id', 'q'] as const;
const LONGEST: Readonly<Record<string, number>> = { symbol: 20, agent: 100, model: 200, run_id: 100, q: 200 };

/** An address may say anything; only what filters is kept. */
export function filterFrom(found: Readonly<Record<string, unknown>>): Filter {
  // the router reads what looks like a number as one
  const texts = TEXTS.flatMap((name) => (found[name] == null || found[name] === '' ? [] : [[name, String(found[name]).slice(0, LONGEST[name])]]));
  const { outcome, period } = found;
  return {
    ...Object.fromEntries(texts),
    ...(OUTCOMES.includes(outcome as 'OK') && { outcome: outcome as string }),
    ...(typeof period === 'string' && Object.hasOwn(PERIODS, period) && { period: period as Period }),
  };
}

export const isFiltering = (filter: Filter): boolean => Object.keys(filter).some((name) => name !== 'period');

export const without = (filter: Filter, ...names: readonly (keyof Filter)[]): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !names.includes(name as keyof Filter)));
