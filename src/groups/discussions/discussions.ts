import type { Kysely } from 'kysely';
import { v7 as timeOrderedId } from 'uuid';
import type { Market } from '../../market/market.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { DiscussionsTable, FrameForm } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { invalid, type Answer } from '../answer.js';
import type { Events } from '../events/event.js';
import { groupMessage } from '../group-rooms.js';
import type { GroupStore } from '../group-store.js';
import type { Group } from '../group.js';
import type { DiscussionReads } from './discussion-reads.js';
import { eventAbout } from './event-about.js';
import { DISCUSSION_LOG, discussionDetail, logFrame, type DiscussionDetail, type LogFrame } from './log-frame.js';

export interface DiscussionsNeeds {
  readonly db: Kysely<Schema>;
  readonly groups: Pick<GroupStore, 'find'>;
  readonly reads: Pick<DiscussionReads, 'linked'>;
  readonly writer: Pick<RoomWriter, 'say'>;
  readonly events: Pick<Events, 'publish'>;
  readonly market: Pick<Market, 'instrument'>;
  /** Wall time, epoch milliseconds. */
  readonly now?: () => number;
}

/** The same discussion within this adds nothing. */
const REPEAT_MS = 60_000;
const LOG_PRIORITY = 1;

/** What groups log: their discussions, and anything else they say about themselves. */
export class Discussions {
  private readonly now: () => number;
  /** By what they say: a repeat waits for the first. */
  private readonly underWay = new Map<string, Promise<Answer>>();
  /** Orders ids of one millisecond. */
  private count = 0;

  constructor(private readonly needs: DiscussionsNeeds) {
    this.now = needs.now ?? Date.now;
  }

  /** Of a frame of type `system`: `logged` once it is stored, or `validation_error`. @throws CodedError STORE_UNAVAILABLE */
  async take(group: Group, frame: unknown, _form: FrameForm): Promise<Answer> {
    const read = logFrame(frame);
    if ('flaws' in read) return invalid(read.flaws);
    return read.value.code === DISCUSSION_LOG ? this.discussion(group, read.value) : this.other(group, read.value);
  }

  private async other(group: Group, { level, code, message, detail }: LogFrame): Promise<Answer> {
    const { event } = await this.needs.events.publish({
      key: null, eventType: 'system', origin: 'group', sourceId: group.name, originId: group.groupId, priority: LOG_PRIORITY, targets: [], title: code,
      payload: JSON.stringify({ level, message, detail }), tags: [], condition: null, correlationId: correlationIn(detail),
    });
    return { ok: true, message: 'logged', id: event.eventId };
  }

  private async discussion(group: Group, log: LogFrame): Promise<Answer> {
    const read = discussionDetail(log.detail);
    if ('flaws' in read) return invalid(read.flaws, correlationIn(log.detail) ?? undefined);
    const { value } = read;
    if (value.groupId !== null && value.groupId !== group.groupId && await this.needs.groups.find(value.groupId)) {
      return invalid([{ path: 'detail.group_id', message: `is another group's: leave it out, or say ${group.groupId}` }], value.correlationId ?? undefined);
    }
    const event = await eventAbout(this.needs.db, group.groupId, value.eventId, value.correlationId);
    const correlationId = value.correlationId ?? event?.correlation_id ?? null;
    const key = JSON.stringify([group.groupId, correlationId, log.detail]);
    const first = this.underWay.get(key);
    if (first) return first;
    const stored = this.store(group, log, value, event?.event_id ?? null, correlationId).finally(() => this.underWay.delete(key));
    this.underWay.set(key, stored);
    return stored;
  }

  private async store(group: Group, { level, message, detail }: LogFrame, value: DiscussionDetail, eventId: string | null, correlationId: string | null): Promise<Answer> {
    const text = JSON.stringify(detail);
    const at = this.now();
    const before = await this.repeated(group.groupId, correlationId, text, at);
    if (before !== null) return { ok: true, message: 'logged', id: before };
    const row: DiscussionsTable = {
      discussion_id: timeOrderedId({ msecs: at, seq: (this.count += 1) }), group_id: group.groupId, correlation_id: correlationId, event_id: eventId, symbol: this.symbolOf(value.symbol ?? group.symbol),
      level, message, member_opinions: JSON.stringify(value.opinions), decision: value.decision && JSON.stringify(value.decision), detail: text, created_at: at,
    };
    const [item] = await this.needs.reads.linked([row]);
    await this.needs.writer.say({
      store: async (tx) => { await tx.insertInto('trading_group_discussions').values(row).execute(); },
      messages: [groupMessage(group.groupId, 'group_discussion', `discussion:${row.discussion_id}`, item!)],
    });
    return { ok: true, message: 'logged', id: row.discussion_id };
  }

  private async repeated(groupId: string, correlationId: string | null, detail: string, at: number): Promise<string | null> {
    const row = await this.needs.db.selectFrom('trading_group_discussions').select('discussion_id')
      .where('group_id', '=', groupId).where('discussion_id', '>=', firstIdAt(at - REPEAT_MS)).where('detail', '=', detail)
      .where('correlation_id', correlationId === null ? 'is' : '=', correlationId).limit(1).executeTakeFirst();
    return row?.discussion_id ?? null;
  }

  /** In its one spelling; what no feed knows stays as it was said. */
  private symbolOf(said: string): string {
    try {
      return this.needs.market.instrument(said).symbol;
    } catch {
      return said.toUpperCase();
    }
  }
}

/** `correlation_id` or `trace.correlation_id` of a detail that has one. */
function correlationIn(detail: unknown): string | null {
  const { correlation_id: own, trace } = (detail ?? {}) as { correlation_id?: unknown; trace?: { correlation_id?: unknown } | null };
  const found = own ?? trace?.correlation_id;
  return typeof found === 'string' && found.length > 0 && found.length <= 128 ? found : null;
}

/** No UUIDv7 of the millisecond or later sorts before it. */
function firstIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
