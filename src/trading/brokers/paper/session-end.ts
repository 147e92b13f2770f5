import type { Instrument } from '../../../model/instrument.js';

const DAY = 86_400_000;

/** When the session that is on, or the next one, ends: market time after `at`, epoch milliseconds. */
export type SessionEnd = (instrument: Instrument, at: number) => number;

/** What always trades ends its day at 00:00Z; `sessions` knows the others. */
export const sessionEndOf = (instrument: Instrument, at: number, sessions: SessionEnd): number =>
  instrument.hours === 'always' ? (Math.floor(at / DAY) + 1) * DAY : sessions(instrument, at);
