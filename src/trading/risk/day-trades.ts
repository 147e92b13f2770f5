import { ZERO, type Decimal } from '../../model/decimal.js';
import { newYorkDay as dayOf, sessionOn } from '../../model/new-york-calendar.js';

export interface DayFill {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: Decimal;
  /** Epoch milliseconds. */
  readonly at: number;
}

const DAY = 86_400_000;

/** Positions opened and closed within one session, of the last `sessions` sessions up to `now`; each closing of a day's opening counts once. */
export function dayTradesOf(fills: readonly DayFill[], now: number, sessions: number): number {
  const first = firstSession(now, sessions);
  let count = 0;
  const opened = new Map<string, Decimal>();
  for (const { symbol, side, quantity, at } of fills) {
    const day = dayOf(at);
    const key = `${day} ${symbol}`;
    const before = opened.get(key) ?? ZERO;
    const signed = side === 'buy' ? quantity : quantity.neg();
    if (day >= first && before.times(signed).lt(0)) count += 1;
    const after = before.plus(signed);
    opened.set(key, before.times(signed).lt(0) && after.times(before).lt(0) ? ZERO : after);
  }
  return count;
}

function firstSession(now: number, sessions: number): number {
  let day = dayOf(now);
  for (let left = sessions - (sessionOn(day) ? 1 : 0); left > 0;) {
    day -= DAY;
    if (sessionOn(day)) left -= 1;
  }
  return day;
}
