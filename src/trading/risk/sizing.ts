import type { SizingConfig } from '../../config/config.js';
import { refuse, type Refusal } from './gate.js';

/** So that a usual day moves the equity by `dailyVolatility`; never above `fraction`. */
export function volatilityShare({ dailyVolatility, fraction }: SizingConfig, sigma: number | null): number | Refusal {
  if (sigma === null || !(sigma > 0) || !Number.isFinite(sigma)) return refuse('BAD_INTENT', 'The symbol\'s volatility is not known yet: wait for 30 closed candles, or size by fixed_fraction', {});
  return Math.min(fraction, dailyVolatility / sigma);
}

/**
 * Kelly (1956): f = p/l − (1−p)/g for a gain of g with probability p, else a loss of l, both shares of the price; times
 * `kellyFraction`, never above `fraction`. Refused without a calibrated probability, and where the bet has no edge.
 */
export function kellyShare({ kellyFraction, fraction }: SizingConfig, probability: number | null, gain: number | null, loss: number | null): number | Refusal {
  if (probability === null) return refuse('BAD_INTENT', 'Kelly needs a calibrated probability, and there is none yet: size by fixed_fraction until enough signals are scored', {});
  if (gain === null || loss === null || !(gain > 0) || !(loss > 0)) return refuse('BAD_INTENT', 'Kelly needs a target and a stop', {});
  const full = probability / loss - (1 - probability) / gain;
  if (!(full > 0)) return refuse('BAD_INTENT', `There is no edge: probability ${probability}, gain ${gain.toFixed(4)}, loss ${loss.toFixed(4)}`, { probability, gain, loss });
  return Math.min(fraction, full * kellyFraction);
}
