import { costOf } from '../../analysts/llm/price.js';
import type { ModelPrice } from '../../config/config.js';
import { isOverBudget, type Budget } from '../../journal/budget.js';
import { Embedder, type EmbedOptions } from '../../knowledge/news/embedder.js';

export interface BookedEmbedderNeeds {
  readonly embedder: Embedder;
  readonly budget: Budget;
  /** A text costs its tokens as input. */
  readonly price: ModelPrice;
  /** What could not be booked back stays booked. */
  readonly onFault: (error: unknown) => void;
}

/** In the books of the day: what lessons and events are compared by is about no one symbol. */
const [SYMBOL, REQUESTER] = ['*', 'experiences'];

/** Makes embeddings within the daily budget of models, as calls are: the most is booked first, and what was not used given back. */
export class BookedEmbedder extends Embedder {
  constructor(private readonly needs: BookedEmbedderNeeds) {
    super();
  }

  get model(): string {
    return this.needs.embedder.model;
  }

  override prepare(): Promise<void> {
    return this.needs.embedder.prepare();
  }

  /** Rejects where too little is left, without asking. */
  async embed(texts: readonly string[], signal: AbortSignal, options: EmbedOptions = {}): Promise<readonly (readonly number[])[]> {
    const { embedder, budget, price, onFault } = this.needs;
    const most = costOf(texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0), 0, price); // a token has at least one byte
    const booked = await budget.reserve(SYMBOL, REQUESTER, most);
    if (isOverBudget(booked)) throw new Error(`The daily budget is used up: $${booked.left.toFixed(6)} of $${booked.limit} a ${booked.scope} are left`);
    let cost: number | null = 0;
    try {
      signal.throwIfAborted();
      cost = null; // unknown: it stays booked
      return await embedder.embed(texts, signal, { ...options, onTokens: (tokens) => { cost = Math.min(most, costOf(tokens, 0, price)); } });
    } catch (error) {
      if (!signal.aborted) cost = 0; // refused, or nobody there: nothing was made
      throw error;
    } finally {
      booked.settle(cost).catch(onFault);
    }
  }
}
