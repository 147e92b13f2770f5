import type { OutcomeClass } from '../../model/situation.js';
import type { NewMessage } from '../../rooms/message.js';
import { symbolRoom } from '../../rooms/names.js';
import type { OpenRow, Touched } from './tracked.js';

interface Resolved {
  readonly status: 'target_hit' | 'stop_hit' | 'expired' | 'unknown';
  readonly outcome_return: number | null;
  readonly outcome: OutcomeClass | null;
  readonly correct: boolean | null;
  readonly scores: Readonly<Record<string, number>> | null;
}

/** Ids that do not change however often it is said. */
const touchedId = (runId: string): string => `run:${runId}:touched`;
const resolvedId = (runId: string): string => `run:${runId}:resolved`;

/** A level was hit first; what counts for scores comes with the horizon. */
export const touchedMessage = (row: OpenRow, { touch, outcomeReturn, at }: Touched): NewMessage => message(row, touchedId(row.run_id), at, {
  status: touch.level === 'target' ? 'target_hit' : 'stop_hit', outcome_return: outcomeReturn, outcome: null, correct: null, scores: null,
});

export const resolvedMessage = (row: OpenRow, at: number, resolved: Resolved): NewMessage => message(row, resolvedId(row.run_id), at, resolved);

/** `signal_resolved`'s data (WIRE.md). */
function message(row: OpenRow, messageId: string, at: number, resolved: Resolved): NewMessage {
  const time = new Date(at).toISOString();
  const body = JSON.stringify({
    symbol: row.symbol, signal_id: row.signal_id, run_id: row.run_id, action: row.action, interval: row.interval,
    horizon_bars: row.horizon_bars, ...resolved, source: row.source, resolved_at: time, timestamp: time,
  });
  return { room: symbolRoom(row.symbol), messageId, type: 'signal_resolved', body, marketTime: at };
}
