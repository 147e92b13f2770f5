import type { Position } from '../../model/trading.js';
import { Decider, type AgentDecision, type CycleInputs, type Decided, type SymbolInputs } from './decider.js';

/** Points that make a stance: the trend and RSI have one each, the panel, which is many, two. */
const ENOUGH = 2;
const [OVERBOUGHT, OVERSOLD] = [75, 25];
/** Of a signal of the panel: what it is less sure of has no point. */
const LEAST_CONFIDENCE = 0.6;
/** Cycles that a position is held before it needs the panel's backing. */
const PATIENCE = 3;
const STOP_ATRS = 1.5;
const TARGET_ATRS = 2.5;

interface Reading {
  /** Points for long, minus those for short. */
  readonly score: number;
  readonly stance: 1 | 0 | -1;
  /** The panel's side, where it is sure; null: it has said nothing. */
  readonly panel: 1 | 0 | -1 | null;
  readonly atr: number;
  readonly words: string;
}

/**
 * Trend (EMA 12 over 26), RSI(14) and the panel's signal on the agent's candles. Opens when a stance begins, not while it
 * lasts; closes once no point is left for the position, or where after some cycles the panel does not back it. Deterministic.
 */
export class RulesDecider extends Decider {
  readonly name = 'rules';

  decide(inputs: CycleInputs): Promise<Decided> {
    const read = inputs.symbols.map((symbol) => ({ symbol, reading: readingOf(symbol) }));
    const decisions = read.map(({ symbol, reading }) => decisionOf(symbol, reading, inputs));
    return Promise.resolve({
      decisions, error: null,
      reasoning: decisions.map(({ symbol, action, reason }) => `${symbol} ${action}: ${reason}`).join('; '),
      stances: Object.fromEntries(read.map(({ symbol: { instrument: { symbol } }, reading }) => [symbol, reading?.stance ?? inputs.before[symbol] ?? 0])),
    });
  }
}

function decisionOf({ instrument, price }: SymbolInputs, reading: Reading | null, { account, agent, before, asOf }: CycleInputs): AgentDecision {
  const { symbol } = instrument;
  const decision = (action: AgentDecision['action'], reason: string, more: Partial<AgentDecision> = {}): AgentDecision =>
    ({ action, symbol, share: null, leverage: agent.leverage, target: null, stop: null, confidence: null, reason, ...more });
  const position: Position | undefined = account.positions.find((each) => each.symbol === symbol);
  if (!reading) return decision(position ? 'hold' : 'wait', 'its indicators are not warm yet');
  const { score, stance, panel, atr, words } = reading;
  const confidence = Math.min(0.9, 0.55 + 0.05 * Math.abs(score));
  if (position) {
    const own = position.side === 'long' ? score : -score;
    const close = position.side === 'long' ? 'close_long' : 'close_short';
    if (own <= 0) return decision(close, `no point is left for the ${position.side} (${words})`, { confidence });
    const held = asOf - position.openedAt;
    const backed = panel === null || panel === (position.side === 'long' ? 1 : -1);
    if (!backed && held >= PATIENCE * agent.intervalS * 1000) return decision(close, `held for ${Math.round(held / 60_000)} minutes, and the panel does not back the ${position.side} (${words})`, { confidence });
    return decision('hold', `the ${position.side} is still backed (${words})`);
  }
  if (stance === 0) return decision('wait', `too little agrees (${words})`);
  if (stance === before[symbol]) return decision('wait', `it stands where it stood and was traded then (${words})`);
  if (stance < 0 && account.mode === 'spot') return decision('wait', `a spot account has no shorts (${words})`);
  return decision(stance > 0 ? 'open_long' : 'open_short', words, { confidence, stop: price - stance * STOP_ATRS * atr, target: price + stance * TARGET_ATRS * atr });
}

/** null before warm-up. */
function readingOf({ indicators, signal }: SymbolInputs): Reading | null {
  const { ema12 = null, ema26 = null, rsi14 = null, atr14 = null } = indicators ?? {};
  if (ema12 === null || ema26 === null || rsi14 === null || atr14 === null || !(atr14 > 0)) return null;
  const trend = Math.sign(ema12 - ema26);
  const momentum = rsi14 >= OVERBOUGHT || rsi14 <= OVERSOLD ? 0 : Math.sign(rsi14 - 50);
  const sure = signal !== null && signal.confidence >= LEAST_CONFIDENCE;
  const panel = sure && signal.action === 'BUY' ? 1 : sure && signal.action === 'SELL' ? -1 : 0;
  const score = trend + momentum + 2 * panel;
  const panelSays = signal ? `the panel says ${signal.action} ${signal.confidence.toFixed(2)}` : 'the panel has no valid signal';
  return {
    score, panel: signal && panel, stance: score >= ENOUGH ? 1 : score <= -ENOUGH ? -1 : 0, atr: atr14,
    words: `EMA12 ${short(ema12)} ${trend > 0 ? 'above' : trend < 0 ? 'below' : 'at'} EMA26 ${short(ema26)}, RSI ${rsi14.toFixed(1)}, ${panelSays}, score ${score}`,
  };
}

const short = (value: number): number => Number(value.toPrecision(6));
