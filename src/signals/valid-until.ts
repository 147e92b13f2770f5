import type { Instrument } from '../model/instrument.js';
import { intervalMs, type Interval } from '../model/interval.js';

const DAY = 86_400_000;
const isWeekend = (time: number): boolean => [0, 6].includes(new Date(time).getUTCDay());

/**
 * The horizon's end in market time: `bars` candles after the last closed one. Daily bars of exchange sessions skip
 * weekends (holidays are not skipped, so such a signal may end a session early, never late).
 */
export function validUntil(from: number, bars: number, interval: Interval, { hours }: Instrument): number {
  if (interval !== '1d' || hours === 'always') return from + bars * intervalMs(interval);
  let until = from;
  for (let left = bars; left > 0; ) {
    until += DAY;
    if (!isWeekend(until)) left -= 1;
  }
  return until;
}
