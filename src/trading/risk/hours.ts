import { nextOpen, sessionAt } from '../../model/new-york-calendar.js';
import { PASS, refuse, type RiskGate } from './gate.js';

/** Within the session; its closing instant counts, so that what is decided on the last bar goes to the next opening. */
export const marketHours: RiskGate = ({ instrument, now }) => {
  if (instrument.hours === 'always' || sessionAt(now) !== null) return PASS;
  const opens = Number.isFinite(now) ? nextOpen(now) : null;
  const when = opens === null ? 'unknown' : new Date(opens).toISOString();
  return refuse('MARKET_CLOSED', `The market of ${instrument.symbol} is closed: it opens at ${when}`, { next_open: when });
};
