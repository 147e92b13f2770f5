import type { Embedder } from '../../knowledge/news/embedder.js';
import type { Experience } from '../events/event.js';
import type { Group } from '../group.js';
import type { Recalled } from './group-memory.js';
import { experienceOf, MOST, FLOOR, type LessonIndex } from './lesson-index.js';
import type { Embedding, LessonStore } from './lesson-store.js';

export interface RecallNeeds {
  readonly index: Pick<LessonIndex, 'alike'>;
  readonly store: Pick<LessonStore, 'embeddings'>;
  /** null: words are compared. */
  readonly embedder: Embedder | null;
  readonly onFault: (error: unknown) => void;
}

export interface RecalledOnWire extends Experience {
  readonly symbol: string;
  /** 0 to 1. */
  readonly likeness: number;
}

/** Lessons whose embeddings are compared. */
const POOL = 50;
const EMBEDDING_MS = 5000;

/** Lessons for somebody who asks and can wait: where there are embeddings, what was meant counts as well as the words. */
export class Recall {
  constructor(private readonly needs: RecallNeeds) {}

  async experiences(group: Group, symbol: string, text: string): Promise<readonly RecalledOnWire[]> {
    const meant = await this.embeddingOf(text);
    const found = meant ? await this.meant(this.needs.index.alike(group, symbol, text, POOL, 0), meant) : this.needs.index.alike(group, symbol, text);
    return found.map(({ item, likeness }) => ({ ...experienceOf({ item }), symbol: item.symbol, likeness: Math.round(likeness * 1e4) / 1e4 }));
  }

  /** The likelier of both words and meaning. */
  private async meant(pool: readonly Recalled[], { model, vector }: Embedding): Promise<readonly Recalled[]> {
    const stored = await this.needs.store.embeddings(pool.map(({ item }) => item.lessonId));
    const near = (id: string): number => {
      const other = stored.get(id);
      return other?.model === model && other.vector.length === vector.length ? cosine(other.vector, vector) : 0;
    };
    return pool.map(({ item, likeness }) => ({ item, likeness: Math.max(likeness, near(item.lessonId)) })).filter(({ likeness }) => likeness >= FLOOR)
      .sort((a, b) => b.likeness - a.likeness || (a.item.lessonId < b.item.lessonId ? 1 : -1)).slice(0, MOST);
  }

  private async embeddingOf(text: string): Promise<Embedding | null> {
    const { embedder, onFault } = this.needs;
    if (!embedder || text.trim() === '') return null;
    try {
      const [vector] = await embedder.embed([text], AbortSignal.timeout(EMBEDDING_MS));
      return vector ? { model: embedder.model, vector } : null;
    } catch (error) {
      onFault(error);
      return null;
    }
  }
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, left, right] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    dot += value * b[at]!;
    left += value * value;
    right += b[at]! ** 2;
  }
  return dot / (Math.sqrt(left * right) || 1);
}
