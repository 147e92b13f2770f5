import type OpenAI from 'openai';
import type { ProviderConfig } from '../../config/config.js';
import { Embedder, type EmbedOptions } from './embedder.js';

const TIMEOUT_MS = 15_000;

/** Through a provider that speaks OpenAI's API; the SDK is loaded with the first text, or by `prepare`. */
export class OpenAiEmbedder extends Embedder {
  private client: Promise<OpenAI> | null = null;

  constructor(private readonly provider: Pick<ProviderConfig, 'baseUrl' | 'apiKey'>, readonly model: string) {
    super();
  }

  override async prepare(): Promise<void> {
    this.client ??= this.open();
    await this.client;
  }

  async embed(texts: readonly string[], signal: AbortSignal, { once = false, onTokens }: EmbedOptions = {}): Promise<readonly (readonly number[])[]> {
    this.client ??= this.open();
    const client = await this.client;
    const { data, usage } = await client.embeddings.create(
      { model: this.model, input: [...texts], encoding_format: 'float' }, { signal, ...(once && { maxRetries: 0 }) },
    );
    const tokens: unknown = (usage as { prompt_tokens?: unknown } | undefined)?.prompt_tokens; // not all servers count
    if (typeof tokens === 'number' && tokens >= 0) onTokens?.(tokens);
    const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    if (vectors.length !== texts.length || !vectors.every(isVector)) throw new Error(`${this.model} gave ${vectors.length} vectors for ${texts.length} texts, or some that are none`);
    return vectors;
  }

  private async open(): Promise<OpenAI> {
    const { OpenAI: Client } = await import('openai');
    return new Client({ apiKey: this.provider.apiKey, baseURL: this.provider.baseUrl ?? undefined, timeout: TIMEOUT_MS, maxRetries: 1 });
  }
}

const isVector = (vector: unknown): boolean => Array.isArray(vector) && vector.length > 0 && vector.every((number) => typeof number === 'number' && Number.isFinite(number));
