import type { Kysely } from 'kysely';
import type { Schema } from '../../../src/storage/schema.js';
import { digestOf } from './logged-frame.js';

const PAGE = 5000;

export interface LogCheck {
  readonly rows: number;
  readonly failures: readonly string[];
}

/** Holds the log against itself, against what clients saw, and against what was acknowledged. */
export async function checkLog(
  db: Kysely<Schema>,
  seen: ReadonlyMap<string, readonly number[]>,
  acknowledged: ReadonlyMap<string, number>,
  promised: ReadonlySet<string>,
): Promise<LogCheck> {
  let rows = 0;
  let holes = 0;
  let otherWords = 0;
  let notStored = 0;
  const unconfirmed = new Map(acknowledged);
  for (const [room, digests] of seen) {
    let last = 0;
    for (;;) {
      const page = await db.selectFrom('room_messages').select(['offset', 'message_id', 'type', 'body'])
        .where('room', '=', room).where('offset', '>', last).orderBy('offset').limit(PAGE).execute();
      for (const { offset, message_id: id, type, body } of page) {
        holes += offset - last - 1;
        last = offset;
        const digest = digests[offset];
        if (digest !== undefined && digest !== digestOf(type, body)) otherWords += 1;
        if (unconfirmed.get(id) === offset) unconfirmed.delete(id);
      }
      rows += page.length;
      if (page.length < PAGE) break;
    }
    notStored += digests.slice(last + 1).filter((digest) => digest !== undefined).length;
  }
  const checks: [number, string][] = [
    [holes, 'holes in the log'],
    [otherWords, 'messages seen with other words than the log has'],
    [notStored, 'messages seen that the log does not have'],
    [unconfirmed.size, 'messages acknowledged that the log does not have there'],
    ...(await runChecks(db, promised)),
  ];
  return { rows, failures: checks.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`) };
}

/** A signal that was said is stored, once a run; a run that was promised has ended, once. */
async function runChecks(db: Kysely<Schema>, promised: ReadonlySet<string>): Promise<[number, string][]> {
  const said = await db.selectFrom('room_messages').select('message_id').where('type', '=', 'signal_update').execute();
  const stored = new Set((await db.selectFrom('signals').select('run_id').execute()).map(({ run_id: id }) => `run:${id}:signal`));
  const runs = await db.selectFrom('runs').select(['run_id', 'status']).execute();
  const ended = new Set(runs.filter(({ status }) => status !== 'open').map(({ run_id: id }) => id));
  const failed = runs.filter(({ status }) => status === 'failed').length;
  return [
    [said.filter(({ message_id: id }) => !stored.has(id)).length, 'signals said that are no rows'],
    [Math.abs(stored.size - said.length), 'signals stored more or less often than said'],
    [[...promised].filter((id) => !ended.has(id)).length, 'runs promised that have not ended'],
    [failed, 'runs failed'],
  ];
}
