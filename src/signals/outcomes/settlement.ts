import type { Kysely, Transaction, Updateable } from 'kysely';
import type { Settled } from '../../knowledge/situations.js';
import type { Stance } from '../../model/opinion.js';
import type { NewMessage } from '../../rooms/message.js';
import type { Schema, SituationsTable } from '../../storage/schema.js';
import { classOf, isCorrect, scoresOf } from './outcome.js';
import { resolvedMessage, touchedMessage } from './signal-resolved.js';
import type { End, OpenRow, Tracked } from './tracked.js';

export interface Settlement {
  readonly messages: readonly NewMessage[];
  readonly settled: readonly Settled[];
  readonly store: (tx: Transaction<Schema>) => Promise<void>;
}

type Change = Updateable<SituationsTable>;

/** What is to be stored and said of rows of one symbol that were touched or have ended, in the order of their signals. */
export async function settlementOf(db: Kysely<Schema>, due: readonly Tracked[]): Promise<Settlement> {
  const inOrder = [...due].sort(({ row: a }, { row: b }) => a.candle_time - b.candle_time || a.as_of - b.as_of || (a.signal_id < b.signal_id ? -1 : 1));
  const scored = await scoredAlready(db, inOrder);
  const messages: NewMessage[] = [];
  const settled: Settled[] = [];
  const changes: [string, Change][] = [];
  for (const { row, touched, end } of inOrder) {
    if (touched) messages.push(touchedMessage(row, touched));
    const touch: Change = touched ? { touched: touched.touch.level } : {};
    const change: Change = end ? { ...touch, ...ended(row, end, scored, messages) } : touch;
    changes.push([row.signal_id, change]);
    if (change.status === 'resolved') settled.push({ ...row, ...change } as Settled);
  }
  return {
    messages, settled,
    store: async (tx) => {
      // the first end stands, whoever says it again
      for (const [id, change] of changes) await tx.updateTable('situations').set(change).where('signal_id', '=', id).where('status', 'is', null).execute();
    },
  };
}

function ended(row: OpenRow, { outcomeReturn, at }: End, scored: ReadonlyMap<number, Set<string>>, messages: NewMessage[]): Change {
  const settledAt = Date.now();
  if (outcomeReturn === null) {
    messages.push(resolvedMessage(row, at, { status: 'unknown', outcome_return: null, outcome: null, correct: null, scores: null }));
    return { status: 'unknown', resolved_at: at, settled_at: settledAt };
  }
  const outcome = classOf(outcomeReturn, row.band);
  const correct = isCorrect(row.action, outcome);
  const already = scored.get(row.candle_time)!;
  const scores = scoresOf(JSON.parse(row.stances) as Record<string, Stance>, outcome, already);
  for (const agentId of Object.keys(scores)) already.add(agentId);
  messages.push(resolvedMessage(row, at, { status: 'expired', outcome_return: outcomeReturn, outcome, correct, scores }));
  return {
    status: 'resolved', resolved_at: at, settled_at: settledAt, outcome_return: outcomeReturn, outcome,
    correct: correct ? 1 : 0, scores: JSON.stringify(scores),
  };
}

/** By candle: whose opinion on it was scored with an earlier signal. One opinion counts per analyst, symbol and closed candle. */
async function scoredAlready(db: Kysely<Schema>, due: readonly Tracked[]): Promise<ReadonlyMap<number, Set<string>>> {
  const scored = new Map(due.flatMap(({ row, end }) => (end && end.outcomeReturn !== null ? [[row.candle_time, new Set<string>()]] : [])));
  const [first] = due;
  if (!first || scored.size === 0) return scored;
  const { symbol, interval, source } = first.row;
  const rows = await db.selectFrom('situations').select(['candle_time', 'scores'])
    .where('symbol', '=', symbol).where('interval', '=', interval).where('source', '=', source).where('status', '=', 'resolved')
    .where('candle_time', 'in', [...scored.keys()]).execute();
  for (const { candle_time: time, scores } of rows) {
    for (const agentId of Object.keys(JSON.parse(scores ?? '{}') as object)) scored.get(time)!.add(agentId);
  }
  return scored;
}
