import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NewsItem } from '../../model/news-item.js';
import { newestRows } from '../newest-rows.js';
import { Tail, type Place } from '../tail.js';
import type { Embedder } from './embedder.js';
import type { NewsIndex, NewsQuestion } from './news-index.js';
import { embeddingOf, fromRow, type NewNews, type NewsRow, type NewsStore } from './news-store.js';

export interface NewsNeeds {
  readonly store: NewsStore;
  readonly index: NewsIndex;
  /** null: texts are compared by their words. */
  readonly embedder: Embedder | null;
  /** Embeddings work again, or do not (once per change). */
  readonly onEmbeddings: (error: Error | null) => void;
  readonly onError: (error: unknown) => void;
}

const PAGE = 1000;
const MOST = 100_000;
/** Texts of one call. */
const TEXTS = 64;

/** All news that is kept: stored, then found by symbol, time and similarity. Takes what feeds and triggers bring. */
export class News {
  private tail: Tail<NewsRow> | null = null;
  private readonly stopping = new AbortController();
  private embedding: Promise<void> = Promise.resolve();
  private failed = false;

  constructor(private readonly needs: NewsNeeds) {}

  /** Reads the newest 100,000; `shared`: what other nodes store is followed from now on. */
  async start({ shared }: { readonly shared: boolean }): Promise<void> {
    const { store, onError } = this.needs;
    const rows = await newestRows<NewsRow>((last, limit) => store.newest(limit, last && { at: last.published_at, id: last.id }), MOST, PAGE);
    let seen = 0;
    for (const [at, row] of rows.entries()) {
      this.learn(row);
      seen = Math.max(seen, row.seen_at);
      if ((at + 1) % PAGE === 0) await nextTurn(); // at the start nothing else may have to wait for long
    }
    if (!shared) return;
    this.tail = new Tail({
      read: (after, limit) => store.seenAfter(after, limit), placeOf: (row) => ({ at: row.seen_at, id: row.id }),
      take: (row) => this.learn(row), onError,
    }, seen);
    this.tail.start();
  }

  /** Stores what is new and answers with it; embeddings follow by themselves. `seenAt`: wall time. */
  async add(items: readonly NewNews[], seenAt: number): Promise<readonly NewsItem[]> {
    const added = await this.needs.store.add(items, seenAt);
    for (const item of added) this.needs.index.add(item);
    if (added.length > 0) this.embedding = this.embedding.then(() => this.embed(added)).catch(this.needs.onError);
    return added;
  }

  /** As `NewsIndex.about`; a text to compare with is embedded first, and compared by its words where that fails. */
  async about(question: Omit<NewsQuestion, 'like'> & { readonly text?: string | undefined }): Promise<readonly NewsItem[]> {
    const { text, ...rest } = question;
    if (text === undefined) return this.needs.index.about(rest);
    const [embedding] = (await this.vectorsOf([text])) ?? [];
    return this.needs.index.about({ ...rest, like: { text, embedding: embedding ? Float32Array.from(embedding) : null } });
  }

  /** Newest first, all that is stored, page by page: of one symbol and of the market as a whole, or all. */
  async page(limit: number, before: Place | null, symbol: string | null): Promise<readonly NewsItem[]> {
    return (await this.needs.store.newest(limit, before, symbol)).map(fromRow);
  }

  /** Resolves when the embeddings of what was added are stored or have failed. */
  async idle(): Promise<void> {
    await this.embedding;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.tail?.stop(), this.embedding]);
  }

  private learn(row: NewsRow): void {
    this.needs.index.add(fromRow(row), embeddingOf(row, this.needs.embedder?.model ?? null));
  }

  private async embed(items: readonly NewsItem[]): Promise<void> {
    const { embedder, store, index } = this.needs;
    if (!embedder) return;
    for (let at = 0; at < items.length && !this.stopping.signal.aborted; at += TEXTS) {
      const part = items.slice(at, at + TEXTS);
      const vectors = await this.vectorsOf(part.map(({ title, summary }) => `${title}\n${summary}`));
      if (!vectors) return; // they are found by their words
      for (const [place, item] of part.entries()) {
        index.add(item, vectors[place]!);
        await store.embed(item.id, embedder.model, vectors[place]!);
      }
    }
  }

  private async vectorsOf(texts: readonly string[]): Promise<readonly (readonly number[])[] | null> {
    const { embedder, onEmbeddings } = this.needs;
    if (!embedder) return null;
    try {
      const vectors = await embedder.embed(texts, this.stopping.signal);
      if (this.failed) onEmbeddings(null);
      this.failed = false;
      return vectors;
    } catch (error) {
      if (!this.failed && !this.stopping.signal.aborted) onEmbeddings(error instanceof Error ? error : new Error(String(error)));
      this.failed = true;
      return null;
    }
  }
}
