import type { SparseText } from '../../knowledge/news/sparse-text.js';
import { closeness, type Meaning } from './meaning.js';
import { squaredDistance, type Situation } from './situation.js';

/** A lesson in memory. */
export interface Remembered {
  readonly lessonId: string;
  readonly lesson: string;
  readonly outcomeReturn: number;
  readonly symbol: string;
  readonly terms: Uint32Array;
  readonly situation: Situation | null;
  /** null: its words say what it is about. */
  readonly meaning: Meaning | null;
}

export interface Question {
  readonly symbol: string;
  /** null: nothing is said, only the market counts. */
  readonly text: SparseText | null;
  /** null: the market is not warm. */
  readonly situation: Situation | null;
  /** Of the text; null: its words count. */
  readonly meaning: Meaning | null;
}

/** What was compared besides the market: embeddings, words, or nothing. */
export type RecalledBy = 'meaning' | 'words' | 'market';

export interface Recalled {
  readonly item: Remembered;
  /** 0 to 1. */
  readonly likeness: number;
  readonly by: RecalledBy;
}

const [SITUATION, WORDS] = [0.6, 0.4];
/** Of situations that cannot be compared: little more than of two at random. */
const UNKNOWN = 0.25;
/** Two situations at random lie about √18 apart, alike ones within 2 (the weights of situation-vector.ts). */
const SPREAD = 12;
/** Of a lesson on another symbol. */
const FOREIGN = 0.8;
/** The terms that say most: a long text must not take long. */
const MOST_TERMS = 64;

/** One group's newest lessons. Not more than `capacity`, the oldest goes first. */
export class GroupMemory {
  private readonly items: (Remembered | null)[] = [];
  /** By term, the places of the lessons that have it. */
  private readonly places = new Map<number, number[]>();
  private next = 0;
  private kept = 0;
  private withMeaning = 0;
  private scores = new Float64Array(16);

  constructor(private readonly capacity: number) {}

  get count(): number {
    return this.kept;
  }

  /** Some lessons can be compared by what they mean. */
  get meansSomething(): boolean {
    return this.withMeaning > 0;
  }

  /** In the place of the oldest where all are taken, which it returns. */
  add(item: Remembered): Remembered | null {
    const at = this.next;
    this.next = (at + 1) % this.capacity;
    const replaced = this.items[at] ?? null;
    if (replaced) this.clear(at, replaced);
    this.items[at] = item;
    this.kept += 1;
    if (item.meaning) this.withMeaning += 1;
    for (const term of item.terms) {
      const list = this.places.get(term);
      if (list) list.push(at);
      else this.places.set(term, [at]);
    }
    return replaced;
  }

  remove(item: Remembered): void {
    const at = this.items.indexOf(item);
    if (at >= 0) this.clear(at, item);
  }

  /** Meaning, where both have one, in the place of words. Those of at least this likeness, the most alike first, among equals the newer. */
  recall(question: Question, most: number, floor: number): readonly Recalled[] {
    const covered = question.text && this.covered(question.text);
    const found: Recalled[] = [];
    for (const [at, item] of this.items.entries()) {
      if (!item) continue;
      const market = marketLikeness(question.situation, item.situation);
      const meant = question.meaning && item.meaning ? closeness(question.meaning, item.meaning) : null;
      const said = meant ?? covered?.[at] ?? null;
      const likeness = (said === null ? market ?? 0 : SITUATION * (market ?? UNKNOWN) + WORDS * said) * (item.symbol === question.symbol ? 1 : FOREIGN);
      if (likeness >= floor) found.push({ item, likeness, by: meant !== null ? 'meaning' : covered ? 'words' : 'market' });
    }
    return found.sort((a, b) => b.likeness - a.likeness || (a.item.lessonId < b.item.lessonId ? 1 : -1)).slice(0, most);
  }

  /** By place: which share of what the text says, rare terms counting more, the lesson has too. */
  private covered({ terms, weights }: SparseText): Float64Array {
    if (this.scores.length < this.items.length) this.scores = new Float64Array(Math.min(this.capacity, this.items.length * 2));
    const scores = this.scores.fill(0);
    const weighed = Array.from(terms, (term, at) => ({ term, weight: (weights[at]! * this.rarity(term)) ** 2 }));
    if (weighed.length > MOST_TERMS) weighed.sort((a, b) => b.weight - a.weight).splice(MOST_TERMS);
    const all = weighed.reduce((sum, { weight }) => sum + weight, 0) || 1;
    for (const { term, weight } of weighed) for (const place of this.places.get(term) ?? []) scores[place]! += weight / all;
    return scores;
  }

  /** A term that no lesson has tells them apart as little as one that all have. */
  private rarity(term: number): number {
    return Math.log(1 + this.kept / (1 + (this.places.get(term)?.length ?? this.kept)));
  }

  private clear(at: number, { terms, meaning }: Remembered): void {
    this.items[at] = null;
    this.kept -= 1;
    if (meaning) this.withMeaning -= 1;
    for (const term of terms) {
      const list = this.places.get(term)!;
      if (list.length === 1) this.places.delete(term);
      else list.splice(list.indexOf(at), 1);
    }
  }
}

function marketLikeness(a: Situation | null, b: Situation | null): number | null {
  return a && b && a.kind === b.kind ? Math.exp(-squaredDistance(a.values, b.values) / SPREAD) : null;
}
