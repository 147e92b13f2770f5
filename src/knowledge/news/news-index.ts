import type { NewsItem } from '../../model/news-item.js';
import { cosine, sparseText, type SparseText } from './sparse-text.js';

/** What is asked of the news. */
export interface NewsQuestion {
  /** In its one spelling: its items and those about the market as a whole. Absent: all. */
  readonly symbol?: string | undefined;
  /** Market time: nothing published later. */
  readonly asOf: number;
  readonly maxAgeMs: number;
  readonly limit: number;
  /** The most similar texts rather than the newest. */
  readonly like?: { readonly text: string; readonly embedding?: Float32Array | null };
}

interface Entry {
  readonly item: NewsItem;
  readonly text: SparseText;
  /** Of length 1. */
  embedding: Float32Array | null;
}

const CAPACITY = 100_000;
/** Items of the market as a whole have this key. */
const MARKET = '';

/** The newest 100,000 items in memory, by symbol and time. Search is exact. */
export class NewsIndex {
  private readonly all: Entry[] = [];
  private readonly bySymbol = new Map<string, Entry[]>();
  private readonly byId = new Map<string, Entry>();
  /** In how many items a term occurs. */
  private readonly frequency = new Map<number, number>();

  constructor(private readonly capacity = CAPACITY) {}

  get count(): number {
    return this.all.length;
  }

  /** Twice is once. */
  add(item: NewsItem, embedding: readonly number[] | null = null): void {
    const known = this.byId.get(item.id);
    if (known) {
      known.embedding ??= unit(embedding);
      return;
    }
    const entry: Entry = { item: Object.freeze(item), text: sparseText(`${item.title} ${item.title} ${item.summary}`), embedding: unit(embedding) };
    this.byId.set(item.id, entry);
    insert(this.all, entry);
    for (const symbol of keysOf(item)) {
      const list = this.bySymbol.get(symbol) ?? [];
      if (list.length === 0) this.bySymbol.set(symbol, list);
      insert(list, entry);
    }
    for (const term of entry.text.terms) this.frequency.set(term, (this.frequency.get(term) ?? 0) + 1);
    if (this.all.length > this.capacity) this.dropOldest();
  }

  /** Newest first, or the most similar first where the question has a text. */
  about({ symbol, asOf, maxAgeMs, limit, like }: NewsQuestion): readonly NewsItem[] {
    const lists = symbol === undefined ? [this.all] : [this.bySymbol.get(symbol) ?? [], this.bySymbol.get(MARKET) ?? []];
    const found = lists.map((list) => between(list, asOf - maxAgeMs, asOf));
    return (like ? this.mostLike(found.flat(), like, limit) : newest(found, limit)).map(({ item }) => item);
  }

  private mostLike(entries: readonly Entry[], { text, embedding }: NonNullable<NewsQuestion['like']>, limit: number): Entry[] {
    const query = sparseText(text, (term) => Math.log(1 + this.all.length / (1 + (this.frequency.get(term) ?? 0))));
    const meant = unit(embedding ?? null);
    const score = (entry: Entry): number => (meant && entry.embedding?.length === meant.length ? dot(meant, entry.embedding) : cosine(query, entry.text));
    const alike: { readonly entry: Entry; readonly score: number }[] = [];
    for (const entry of entries) {
      const value = score(entry);
      if (value > 0) alike.push({ entry, score: value });
    }
    return alike.sort((a, b) => b.score - a.score || byTime(b.entry, a.entry)).slice(0, limit).map(({ entry }) => entry);
  }

  private dropOldest(): void {
    const oldest = this.all.shift()!;
    this.byId.delete(oldest.item.id);
    for (const symbol of keysOf(oldest.item)) {
      const list = this.bySymbol.get(symbol)!;
      list.splice(list.indexOf(oldest), 1);
      if (list.length === 0) this.bySymbol.delete(symbol);
    }
    for (const term of oldest.text.terms) {
      const left = this.frequency.get(term)! - 1;
      if (left > 0) this.frequency.set(term, left);
      else this.frequency.delete(term);
    }
  }
}

const keysOf = ({ symbols }: NewsItem): readonly string[] => (symbols.length > 0 ? symbols : [MARKET]);

const byTime = (a: Entry, b: Entry): number => a.item.publishedAt - b.item.publishedAt || (a.item.id < b.item.id ? -1 : 1);

/** Into a list in the order of time. */
function insert(list: Entry[], entry: Entry): void {
  let at = list.length;
  if (at > 0 && byTime(list[at - 1]!, entry) > 0) {
    let low = 0;
    while (low < at) {
      const middle = (low + at) >>> 1;
      if (byTime(list[middle]!, entry) < 0) low = middle + 1;
      else at = middle;
    }
  }
  list.splice(at, 0, entry);
}

/** Published from `from` to `until`, both inclusive. */
function between(list: readonly Entry[], from: number, until: number): Entry[] {
  return list.slice(firstFrom(list, from), firstFrom(list, until + 1));
}

function firstFrom(list: readonly Entry[], time: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.item.publishedAt < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The symbol's own first claim the places; what is left goes to the market's. Newest first in the end. */
function newest([own = [], market = []]: readonly Entry[][], limit: number): Entry[] {
  const chosen = own.slice(-limit);
  return [...(chosen.length < limit ? market.slice(-(limit - chosen.length)) : []), ...chosen].sort((a, b) => byTime(b, a));
}

function unit(vector: ArrayLike<number> | null): Float32Array | null {
  if (!vector || vector.length === 0) return null;
  const numbers = Float32Array.from(vector);
  const length = Math.sqrt(dot(numbers, numbers));
  return length > 0 ? numbers.map((number) => number / length) : null;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
