import type { Embedder } from '../../knowledge/news/embedder.js';
import type { Experience } from '../events/event.js';
import type { Group } from '../group.js';
import type { RecalledBy } from './group-memory.js';
import type { LessonIndex } from './lesson-index.js';
import { meaningOf, type Meaning } from './meaning.js';

export interface RecallNeeds {
  readonly index: Pick<LessonIndex, 'alike'>;
  /** null: words are compared. */
  readonly embedder: Embedder | null;
  readonly onFault: (error: unknown) => void;
}

export interface RecalledOnWire extends Omit<Experience, 'by'> {
  readonly symbol: string;
  /** 0 to 1. */
  readonly likeness: number;
  readonly by: RecalledBy;
}

const EMBEDDING_MS = 5000;

/** Lessons for somebody who asks and can wait: compared as those that come with events. */
export class Recall {
  constructor(private readonly needs: RecallNeeds) {}

  async experiences(group: Group, symbol: string, text: string): Promise<readonly RecalledOnWire[]> {
    const found = this.needs.index.alike(group, symbol, text, await this.meaningOf(text));
    return found.map(({ item, likeness, by }) => ({
      id: item.lessonId, lesson: item.lesson, outcome_return: item.outcomeReturn, symbol: item.symbol, likeness: Math.round(likeness * 1e4) / 1e4, by,
    }));
  }

  private async meaningOf(text: string): Promise<Meaning | null> {
    const { embedder, onFault } = this.needs;
    if (!embedder || text.trim() === '') return null;
    try {
      const [vector] = await embedder.embed([text], AbortSignal.timeout(EMBEDDING_MS));
      return vector ? meaningOf(vector) : null;
    } catch (error) {
      onFault(error);
      return null;
    }
  }
}
