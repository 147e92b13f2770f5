import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Market } from '../../market/market.js';
import { sparseText } from '../../knowledge/news/sparse-text.js';
import { newestRows } from '../../knowledge/newest-rows.js';
import { Tail } from '../../knowledge/tail.js';
import type { MarketView } from '../../model/market-view.js';
import type { LessonsTable } from '../../storage/groups-schema.js';
import { ECHOES } from '../discussions/event-about.js';
import type { Experience, StoredEvent } from '../events/event.js';
import type { Group } from '../group.js';
import { eventText } from './event-text.js';
import { Experiences } from './experiences.js';
import { GroupMemory, type Question, type Recalled, type Remembered } from './group-memory.js';
import { embeddingIn, placeOf, type LessonStore } from './lesson-store.js';
import { meaningOf, type Meaning } from './meaning.js';
import type { Meanings } from './meanings.js';
import { situationIn, situationOf, type Situation } from './situation.js';

export interface LessonIndexNeeds {
  readonly store: LessonStore;
  readonly market: Pick<Market, 'instrument' | 'view'>;
  /** null: words are compared. */
  readonly meanings: Pick<Meanings, 'model' | 'prepare' | 'ready' | 'of'> | null;
  readonly onFault: (error: unknown) => void;
  readonly capacity?: number;
}

type Asked = Pick<Question, 'text'> & { readonly symbol: string | null };

/** Lessons of one group, and of all, that are kept in memory. */
const OF_A_GROUP = 1000;
const OF_ALL = 20_000;
const PAGE = 1000;
const MOST = 3;
/** What is less like it is no experience. */
const FLOOR = 0.35;

/** What groups have learnt, in memory: the newest 1,000 lessons of a group, 20,000 of all. Other nodes' are followed. */
export class LessonIndex extends Experiences {
  private readonly groups = new Map<string, GroupMemory>();
  /** In the order in which they came; the key is the lesson's id. */
  private readonly all = new Map<string, { readonly groupId: string; readonly item: Remembered }>();
  /** One event goes to many groups. */
  private readonly questions = new WeakMap<StoredEvent, Asked>();
  private readonly situations = new WeakMap<MarketView, { readonly of: Situation | null }>();
  private tail: Tail<LessonsTable> | null = null;

  constructor(private readonly needs: LessonIndexNeeds) {
    super();
  }

  /** Reads what was learnt before; `shared`: what other nodes store is followed from then on. */
  async start({ shared }: { readonly shared: boolean }): Promise<void> {
    this.needs.meanings?.prepare().catch(this.needs.onFault);
    const rows = await newestRows<LessonsTable>((last, limit) => this.needs.store.before(last, limit), this.needs.capacity ?? OF_ALL, PAGE);
    for (const [at, row] of rows.entries()) {
      this.learn(row);
      if (at % PAGE === 0) await nextTurn(); // embeddings are long
    }
    if (!shared) return;
    this.tail = new Tail({
      read: (after, limit) => this.needs.store.after(after, limit), placeOf, take: (row) => this.learn(row), onError: this.needs.onFault,
    }, rows.at(-1)?.created_at ?? 0);
    this.tail.start();
  }

  async stop(): Promise<void> {
    await this.tail?.stop();
  }

  /** Reads at once what other nodes have stored. */
  async refresh(): Promise<void> {
    await this.tail?.follow();
  }

  /** A stored lesson. Twice is once. */
  learn(row: LessonsTable): void {
    if (this.all.has(row.lesson_id)) return;
    const item: Remembered = {
      lessonId: row.lesson_id, lesson: row.lesson, outcomeReturn: row.outcome_return, symbol: row.symbol, terms: sparseText(row.text).terms, situation: situationIn(row.situation),
      meaning: this.meaningIn(row.embedding),
    };
    const memory = this.groups.get(row.group_id) ?? new GroupMemory(OF_A_GROUP);
    this.groups.set(row.group_id, memory);
    const replaced = memory.add(item);
    if (replaced) this.all.delete(replaced.lessonId);
    this.all.set(row.lesson_id, { groupId: row.group_id, item });
    if (this.all.size > (this.needs.capacity ?? OF_ALL)) this.forgetOldest();
  }

  ready(group: Group, events: readonly StoredEvent[]): Promise<void> | null {
    const { meanings } = this.needs;
    if (!meanings || !this.groups.get(group.groupId)?.meansSomething) return null;
    return meanings.ready(events.filter(({ eventType }) => !ECHOES.includes(eventType)));
  }

  about(group: Group, event: StoredEvent): readonly Experience[] {
    const memory = this.groups.get(group.groupId);
    if (!memory || ECHOES.includes(event.eventType)) return [];
    try {
      const { symbol, text } = this.questionOf(event);
      return memory.recall(this.question(symbol ?? group.symbol, text, this.needs.meanings?.of(event) ?? null), MOST, FLOOR).map(experienceOf);
    } catch (error) {
      this.needs.onFault(error);
      return [];
    }
  }

  /** As `about`, of a symbol and a text, with what each is worth; `floor` 0: also what is little like it. */
  alike(group: Group, symbol: string, text: string, meaning: Meaning | null = null, most = MOST, floor = FLOOR): readonly Recalled[] {
    return this.groups.get(group.groupId)?.recall(this.question(symbol, text.trim() === '' ? null : sparseText(text), meaning), most, floor) ?? [];
  }

  private question(said: string, text: Question['text'], meaning: Meaning | null): Question {
    const view = this.viewOf(said);
    const known = view && this.situations.get(view);
    const situation = known ? known.of : view && situationOf(view);
    if (view && !known) this.situations.set(view, { of: situation });
    return { symbol: view?.instrument.symbol ?? said, text, situation, meaning };
  }

  private questionOf(event: StoredEvent): Asked {
    const known = this.questions.get(event);
    if (known) return known;
    const asked = { symbol: symbolIn(event.payload), text: sparseText(eventText(event)) };
    this.questions.set(event, asked);
    return asked;
  }

  private meaningIn(embedding: string | null): Meaning | null {
    if (embedding === null || !this.needs.meanings) return null;
    const { model, vector } = embeddingIn(embedding);
    return model === this.needs.meanings.model ? meaningOf(vector) : null;
  }

  /** null where no feed knows the symbol, or it has no price yet. */
  private viewOf(symbol: string): MarketView | null {
    try {
      return this.needs.market.view(symbol);
    } catch {
      return null;
    }
  }

  private forgetOldest(): void {
    const [lessonId, { groupId, item }] = this.all.entries().next().value!;
    this.all.delete(lessonId);
    const memory = this.groups.get(groupId)!;
    memory.remove(item);
    if (memory.count === 0) this.groups.delete(groupId);
  }
}

const experienceOf = ({ item, by }: Pick<Recalled, 'item' | 'by'>): Experience =>
  ({ id: item.lessonId, lesson: item.lesson, outcome_return: item.outcomeReturn, ...(by === 'meaning' ? { by } : {}) });

/** `symbol` of a payload that is a JSON object. */
function symbolIn(payload: string): string | null {
  if (!payload.trimStart().startsWith('{')) return null;
  try {
    const { symbol } = JSON.parse(payload) as { symbol?: unknown };
    return typeof symbol === 'string' && symbol.length <= 20 ? symbol : null;
  } catch {
    return null;
  }
}
