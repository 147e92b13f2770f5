import type { Kysely } from 'kysely';
import { v7 as timeOrderedId } from 'uuid';
import type { Embedder } from '../../knowledge/news/embedder.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { ClosedTradeQueue } from '../../trading/closed-trade-queue.js';
import type { TradeEnd, Trading } from '../../trading/trading.js';
import { groupMessage } from '../group-rooms.js';
import { factualLesson, wordsOf } from './factual-lesson.js';
import { groupOpening, lessonContext, type LessonContext } from './lesson-context.js';
import type { LessonIndex } from './lesson-index.js';
import type { LessonModel } from './lesson-model.js';
import type { LessonStore } from './lesson-store.js';
import { lessonOnWire } from './lesson-wire.js';

export interface LessonsNeeds {
  readonly db: Kysely<Schema>;
  readonly trading: Pick<Trading, 'accounts' | 'holds' | 'listen'>;
  readonly writer: Pick<RoomWriter, 'sayUntilStored'>;
  readonly store: LessonStore;
  readonly index: Pick<LessonIndex, 'learn'>;
  /** null: lessons are of facts. */
  readonly model: LessonModel | null;
  /** null: lessons are found by their words. */
  readonly embedder: Embedder | null;
  readonly onFault: (error: unknown) => void;
  readonly lookEveryMs?: number;
}

const EMBEDDING_MS = 10_000;
/** How often accounts are looked for that this node has come to trade. */
const LOOK_EVERY_MS = 5000;

/**
 * After each closed trade of a group: what to do when its situation comes again. Facts are written before the event is
 * done with; where a model or an embedding is asked for, that is done behind it, one trade after the other.
 */
export class Lessons {
  private readonly queue: ClosedTradeQueue;
  private readonly ended = new AbortController();
  /** Accounts of which closed trades were looked at. */
  private readonly seen = new Set<string>();
  /** Ids of trades. */
  private readonly drawing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly needs: LessonsNeeds) {
    this.queue = new ClosedTradeQueue({
      pending: async (after, limit) => (this.seen.size === 0 ? [] : needs.store.pending([...this.seen], after, limit)),
      meet: (end) => this.closed(end), take: (end) => this.draw(end), onFault: needs.onFault, signal: this.ended.signal,
    });
    needs.trading.listen({ closed: (end) => this.closed(end) });
  }

  /** Takes up closed trades without a lesson, of accounts that this node trades, now and when it gets others. */
  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look().catch(this.needs.onFault), this.needs.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  /** Ends the call of a model that is under way: its trade is taken up at the next start. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.ended.abort();
    await this.idle();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.queue.idle();
  }

  /** Resolves once facts are stored; models are not waited for. */
  private async closed(end: TradeEnd): Promise<void> {
    if (!this.asks) return this.draw(end);
    this.queue.add(end);
  }

  private get asks(): boolean {
    return this.needs.model !== null || this.needs.embedder !== null;
  }

  private async look(): Promise<void> {
    const held = this.needs.trading.accounts().map(({ accountId }) => accountId).filter((id) => this.needs.trading.holds(id));
    for (const id of this.seen) if (!held.includes(id)) this.seen.delete(id);
    const fresh = held.filter((id) => !this.seen.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.seen.add(id);
    this.queue.catchUp();
    if (!this.asks) await this.idle();
  }

  private async draw(end: TradeEnd): Promise<void> {
    if (this.drawing.has(end.tradeId)) return;
    this.drawing.add(end.tradeId);
    try {
      await this.drawOnce(end);
    } finally {
      this.drawing.delete(end.tradeId);
    }
  }

  private async drawOnce(end: TradeEnd): Promise<void> {
    const { db, store, writer, index } = this.needs;
    const opening = await groupOpening(db, end.openedBy);
    if (!opening || await store.has(opening.origin_id, end.tradeId)) return;
    const context = await lessonContext(db, end, opening);
    const drawn = await this.lessonOf(context);
    const text = wordsOf(context, drawn.lesson);
    const embedding = await this.embeddingOf(text);
    if (this.ended.signal.aborted && this.asks) return; // what was broken off is taken up at the next start
    const now = Date.now();
    const row: LessonsTable = {
      lesson_id: timeOrderedId(), group_id: context.groupId, correlation_id: context.correlationId, discussion_id: context.discussion?.discussion_id ?? null, trade_id: end.tradeId,
      symbol: end.trade.symbol, leg: end.trade.leg, side: end.trade.side, ...drawn, outcome_return: context.review.outcomeReturn, pnl: end.trade.pnl.toString(), text,
      situation: context.situation, embedding, at: end.trade.closedAt, created_at: now,
    };
    await writer.sayUntilStored({
      store: (tx) => store.add(tx, row),
      messages: [groupMessage(context.groupId, 'group_lesson', `lesson:${context.groupId}:${end.tradeId}`, lessonOnWire(row))],
    }, this.ended.signal);
    index.learn(row);
  }

  private async lessonOf(context: LessonContext): Promise<Pick<LessonsTable, 'lesson' | 'source'>> {
    const { model } = this.needs;
    const said = model && await model.draw(context, this.ended.signal);
    if (said && 'lesson' in said) return { lesson: said.lesson, source: `model:${model.name}` };
    if (said && !this.ended.signal.aborted) this.needs.onFault(new Error(`No lesson of ${context.review.tradeId} by ${model.name}, facts are kept instead: ${said.failed}`));
    return { lesson: factualLesson(context), source: 'facts' };
  }

  private async embeddingOf(text: string): Promise<string | null> {
    const { embedder } = this.needs;
    if (!embedder) return null;
    try {
      const [vector] = await embedder.embed([text], AbortSignal.any([this.ended.signal, AbortSignal.timeout(EMBEDDING_MS)]));
      return vector ? JSON.stringify({ model: embedder.model, vector }) : null;
    } catch (error) {
      if (!this.ended.signal.aborted) this.needs.onFault(error);
      return null;
    }
  }
}
