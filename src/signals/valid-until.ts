import type { Instrument } from '../model/instrument.js';
import { intervalMs, type Interval } from '../model/interval.js';
import { newYorkDay, sessionOn } from '../model/new-york-calendar.js';

const DAY = 86_400_000;

/**
 * The horizon's end in market time: `bars` candles after the last closed one. Daily bars end with the close of an
 * exchange session each, half days as early as they are.
 */
export function validUntil(from: number, bars: number, interval: Interval, { hours }: Instrument): number {
  if (interval !== '1d' || hours === 'always') return from + bars * intervalMs(interval);
  let until = from;
  for (let left = bars, day = newYorkDay(from) + DAY; left > 0; day += DAY) {
    const session = sessionOn(day);
    if (!session) continue;
    until = session.close;
    left -= 1;
  }
  return until;
}
