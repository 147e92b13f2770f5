export interface EmbedOptions {
  /** A failure is not tried again: who asks has no time for it. */
  readonly once?: boolean;
  /** Hears how many tokens were counted, where the provider says so. */
  readonly onTokens?: (tokens: number) => void;
}

/** Makes vectors of texts, so that what means the same lies near. */
export abstract class Embedder {
  /** Vectors of two models are never compared. */
  abstract readonly model: string;
  /** One vector a text, in their order. Rejects where the provider cannot. */
  abstract embed(texts: readonly string[], signal: AbortSignal, options?: EmbedOptions): Promise<readonly (readonly number[])[]>;

  /** Loads what the first text would wait for. */
  async prepare(): Promise<void> {}
}
