import type { RunnerGroup, HeardEvent } from '../../src/groups/runner/heard.js';
import { groupIn, eventIn } from '../../src/groups/runner/heard.js';
import type { MemberOpinion } from '../../src/groups/runner/opinion.js';
import type { Held, HeldSide, Situation } from '../../src/groups/runner/situation.js';

export const NOW = Date.parse('2026-01-05T12:00:00.000Z');

const GROUP: RunnerGroup = groupIn({
  group_id: 'g', group_name: 'alpha', market: 'crypto', symbol: 'BTCUSDT', interval: '1m', leverage: 2, margin_usd: 100, position_mode: 'oneway', account_id: 'a', members: [],
})!;

interface Given extends Partial<Omit<Situation, 'group' | 'event'>> {
  readonly group?: Partial<RunnerGroup>;
  readonly event?: Partial<HeardEvent>;
  /** Of the last row; they rise where not given. */
  readonly values?: Readonly<Record<string, number | null>>;
}

const RISING = { ema12: 120, ema26: 115, rsi14: 60, macd: 5, macd_signal: 3, macd_hist: 2, atr14: 2 };
export const FALLING = { ema12: 120, ema26: 125, rsi14: 40, macd: -5, macd_signal: -3, macd_hist: -2, atr14: 2 };

/** A situation of a price of 120 that rises, with 10 000 in the account and nothing held, but for what is given. */
export const situation = ({ group, event, values, ...given }: Given = {}): Situation => ({
  group: { ...GROUP, ...group }, event: { ...eventIn({ id: 'e1', title: 'A look', payload: '{}' })!, ...event }, symbol: 'BTCUSDT', interval: '1m', tickSize: 0.01, price: 120, asOf: NOW,
  candles: [], indicators: [{ time: '2026-01-05T11:59:00.000Z', ...RISING, ...values }], structure: null, signal: null, news: [],
  account: { mode: 'perpetual', state: 'ACTIVE', equity: 10_000, available: 10_000, exposure: 0 }, held: [], openOrders: 0, missing: [], ...given,
});

export const held = (side: HeldSide, pnlPercentage = 0): Held => ({ side, quantity: 1, entryPrice: 120, markPrice: 120, pnlPercentage });

export const opinion = (signal: MemberOpinion['signal'], confidence = 0.8, more: Partial<MemberOpinion> = {}): MemberOpinion =>
  ({ signal, confidence: signal === 'ABSTAIN' ? 0 : confidence, reasoning: ['because'], source: 'rules', ...more });
