import { above, money, num } from '../../../analysts/rules/words.js';
import { actionOf, confidenceOf, over, unit } from '../../../analysts/rules/stance.js';
import { abstains, RULES, type MemberOpinion } from '../opinion.js';
import { indicator, type Situation } from '../situation.js';

/** RSI beyond these is exhaustion and speaks for the way back. */
const OVERBOUGHT = 75;
const OVERSOLD = 25;
const EXHAUSTION = 0.5;
const NEEDED = ['ema12', 'ema26', 'rsi14', 'macd', 'macd_hist', 'atr14'] as const;

/**
 * Averages, momentum and volatility, each in ATR so that they compare: EMA12 against EMA26, price against EMA26, the MACD's histogram, RSI;
 * beside them the last signal of the server's panel while it is valid. Their mean is the evidence.
 */
export function technical(situation: Situation): MemberOpinion {
  const { price, signal, asOf } = situation;
  const [ema12, ema26, rsi, macd, histogram, atr] = NEEDED.map((name) => indicator(situation, name));
  if (price === null || ema12 == null || ema26 == null || rsi == null || macd == null || histogram == null || atr == null) {
    return abstains(RULES, 'There is no price, or the indicators are not warm yet.');
  }
  const readings = [
    unit(over(ema12 - ema26, atr)), unit(over(price - ema26, 2 * atr)), unit(over(3 * histogram, atr)), strength(rsi),
    ...(signal && signal.validUntil > asOf ? [panel(signal.action) * signal.confidence] : []),
  ];
  const score = readings.reduce((sum, each) => sum + each, 0) / readings.length;
  return {
    signal: actionOf(score), confidence: rounded(confidenceOf(score)), source: RULES,
    reasoning: [
      `EMA12 ${money(ema12)} is ${above(ema12, ema26)} EMA26 ${money(ema26)}, the price ${money(price)} ${above(price, ema26)} it; ATR is ${money(atr)}.`,
      `RSI is ${num(rsi)}, MACD ${money(macd)} with a histogram of ${money(histogram)}.`,
      ...(readings.length > 4 ? [`The panel's last valid signal is ${signal!.action} with confidence ${num(signal!.confidence)}.`] : []),
    ],
  };
}

const strength = (rsi: number): number => (rsi > OVERBOUGHT ? -EXHAUSTION : rsi < OVERSOLD ? EXHAUSTION : unit((rsi - 50) / 20));
const panel = (action: string): number => (action === 'BUY' ? 1 : action === 'SELL' ? -1 : 0);
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;
