import { decimal, type Decimal } from '../../../model/decimal.js';
import { sign, type AccountEntry, type Position } from '../../../model/trading.js';

const EIGHT_HOURS = 8 * 3_600_000;

/** 00:00Z, 08:00Z and 16:00Z after `after` up to `until`, inclusive. */
export function fundingTimes(after: number, until: number): readonly number[] {
  const times: number[] = [];
  for (let at = (Math.floor(after / EIGHT_HOURS) + 1) * EIGHT_HOURS; at <= until; at += EIGHT_HOURS) times.push(at);
  return times;
}

/** −side·rate·q·mark: a positive rate is paid by longs and received by shorts. */
export const fundingEntry = ({ symbol, leg, side, quantity }: Position, rate: number, mark: Decimal, at: number): AccountEntry => ({
  entryId: `funding-${symbol}-${leg}-${at}`, kind: 'funding', amount: decimal(rate).times(quantity).times(mark).times(-sign(side)), symbol, at,
});
