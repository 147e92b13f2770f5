import type { Kysely } from 'kysely';
import type { DiscussionsTable, GroupEventsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import type { DecisionsTable } from '../../storage/trading-schema.js';
import { reviewOf, type TradeReview } from '../../trading/agents/trade-review.js';
import type { TradeEnd } from '../../trading/trading.js';
import { eventAbout } from '../discussions/event-about.js';

/** A closed trade of a group beside what was said before it; nothing in it is guessed. */
export interface LessonContext {
  readonly groupId: string;
  readonly groupName: string;
  readonly correlationId: string | null;
  readonly review: TradeReview;
  readonly event: Pick<GroupEventsTable, 'title' | 'source_id' | 'payload' | 'tags'> | null;
  readonly discussion: Pick<DiscussionsTable, 'discussion_id' | 'message'> & { readonly opinions: readonly Opinion[]; readonly decision: Readonly<Record<string, unknown>> | null } | null;
  /** As stored at the opening. */
  readonly situation: string | null;
}

/** As a member sent it: any field may be missing, or be of any type. */
export type Opinion = Readonly<Record<string, unknown>>;

/** The decision that opened the trade, where a group made it. */
export async function groupOpening(db: Kysely<Schema>, openedBy: string | null): Promise<DecisionsTable | null> {
  if (openedBy === null) return null;
  return await db.selectFrom('decisions').selectAll().where('decision_id', '=', openedBy).where('origin', '=', 'group').executeTakeFirst() ?? null;
}

export async function lessonContext(db: Kysely<Schema>, end: TradeEnd, opening: DecisionsTable): Promise<LessonContext> {
  const { origin_id: groupId, correlation_id: correlationId } = opening;
  const group = await db.selectFrom('groups').select('name').where('group_id', '=', groupId).executeTakeFirst();
  const discussion = correlationId === null ? null : await db.selectFrom('trading_group_discussions').selectAll()
    .where('correlation_id', '=', correlationId).where('group_id', '=', groupId).orderBy('discussion_id', 'desc').limit(1).executeTakeFirst() ?? null;
  const event = discussion?.event_id // its delivery may be forgotten by now
    ? await db.selectFrom('group_events').selectAll().where('event_id', '=', discussion.event_id).executeTakeFirst() ?? null
    : await eventAbout(db, groupId, null, correlationId);
  const situation = await db.selectFrom('group_situations').select('situation').where('decision_id', '=', opening.decision_id).executeTakeFirst();
  return {
    groupId, groupName: group?.name ?? groupId, correlationId, review: await reviewOf(db, end, null), event,
    discussion: discussion && {
      discussion_id: discussion.discussion_id, message: discussion.message, opinions: JSON.parse(discussion.member_opinions) as Opinion[],
      decision: discussion.decision === null ? null : JSON.parse(discussion.decision) as Readonly<Record<string, unknown>>,
    },
    situation: situation?.situation ?? null,
  };
}
