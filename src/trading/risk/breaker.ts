import type { Decimal } from '../../model/decimal.js';
import type { RiskLimits } from './gate.js';

export interface Worth {
  readonly equity: Decimal;
  readonly dayStartEquity: Decimal;
  readonly peakEquity: Decimal;
}

export interface BrokenLimit {
  readonly code: 'MAX_DAILY_LOSS' | 'MAX_DRAWDOWN';
  readonly detail: string;
  readonly numbers: Readonly<Record<string, number | string>>;
}

const percent = (share: Decimal): string => `${share.times(100).toFixed(2)} %`;

/** The limit that the account's worth has reached; null: none. What cannot be reckoned counts as broken. */
export function brokenLimit({ equity, dayStartEquity, peakEquity }: Worth, { maxDailyLoss, maxDrawdown }: Pick<RiskLimits, 'maxDailyLoss' | 'maxDrawdown'>): BrokenLimit | null {
  const lost = dayStartEquity.minus(equity).div(dayStartEquity);
  if (maxDailyLoss !== Number.POSITIVE_INFINITY && !lost.lt(maxDailyLoss)) {
    return { code: 'MAX_DAILY_LOSS', detail: `${percent(lost)} were lost since 00:00Z, and the limit is ${maxDailyLoss * 100} %`, numbers: { lost: lost.toNumber(), limit: maxDailyLoss, day_start: dayStartEquity.toFixed(2), equity: equity.toFixed(2) } };
  }
  const down = peakEquity.minus(equity).div(peakEquity);
  if (maxDrawdown !== Number.POSITIVE_INFINITY && !down.lt(maxDrawdown)) {
    return { code: 'MAX_DRAWDOWN', detail: `The equity is ${percent(down)} below its highest, and the limit is ${maxDrawdown * 100} %`, numbers: { drawdown: down.toNumber(), limit: maxDrawdown, peak: peakEquity.toFixed(2), equity: equity.toFixed(2) } };
  }
  return null;
}
