import type { Envelope, JoinedRoom, Position } from './messages.js';

/** Messages of a room that this client did not get and will not get. */
export interface Gap {
  readonly room: string;
  /** The log as it is now. */
  readonly epoch: string;
  /** First missing offset; null where it is not known (another epoch). */
  readonly from: number | null;
  /** Last missing offset. */
  readonly to: number;
  /** `not_recovered`: the resume failed; `server`: it sent `gap`; `offsets`: a hole was seen; `epoch`: the log was replaced. */
  readonly reason: 'not_recovered' | 'server' | 'offsets' | 'epoch';
}

/** `whole`: every offset is due. `filtered`: by `types`, offsets skip. `passing`: a member for the length of a run only. */
export type Continuity = 'whole' | 'filtered' | 'passing';

export interface Admission {
  readonly deliver: boolean;
  readonly gap: Gap | null;
}

const DELIVER: Admission = { deliver: true, gap: null };
const DROP: Admission = { deliver: false, gap: null };

/** The last position seen of each room: drops what was had, notices what is missing. */
export class Positions {
  readonly #last = new Map<string, Position>();

  get(room: string): Position | undefined {
    return this.#last.get(room);
  }

  entries(): ReadonlyMap<string, Position> {
    return new Map(this.#last);
  }

  forget(room: string): void {
    this.#last.delete(room);
  }

  /** Judges a message by its offset. What the server marks `replayed` was asked for: it is never a duplicate or a hole. */
  admit({ room, epoch, offset, replayed }: Envelope, continuity: Continuity): Admission {
    if (room === undefined || epoch === undefined || offset === undefined) return DELIVER;
    const last = this.#last.get(room);
    if (replayed === true && (last?.epoch !== epoch || offset !== last.offset + 1)) return DELIVER;
    if (last?.epoch === epoch && offset <= last.offset) return DROP;
    this.#last.set(room, { epoch, offset });
    if (last === undefined || continuity !== 'whole') return DELIVER;
    if (last.epoch !== epoch) return { deliver: true, gap: { room, epoch, from: null, to: offset - 1, reason: 'epoch' } };
    if (offset === last.offset + 1) return DELIVER;
    return { deliver: true, gap: { room, epoch, from: last.offset + 1, to: offset - 1, reason: 'offsets' } };
  }

  /** A room was joined. With `since` the answer tells whether the resume held. */
  joined({ room, epoch, offset, recovered }: JoinedRoom, since: Position | undefined): Gap | null {
    this.#last.set(room, { epoch, offset });
    if (since === undefined || recovered) return null;
    const known = since.epoch === epoch && since.offset <= offset;
    return { room, epoch, from: known ? since.offset + 1 : null, to: offset, reason: 'not_recovered' };
  }

  /** The stream goes on after `offset`; an earlier one of the same log changes nothing. */
  advance(room: string, { epoch, offset }: Position): void {
    const last = this.#last.get(room);
    if (last?.epoch !== epoch || offset > last.offset) this.#last.set(room, { epoch, offset });
  }
}
