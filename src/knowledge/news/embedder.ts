/** Makes vectors of texts, so that what means the same lies near. */
export abstract class Embedder {
  /** Vectors of two models are never compared. */
  abstract readonly model: string;
  /** One vector a text, in their order. Rejects where the provider cannot. */
  abstract embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}
