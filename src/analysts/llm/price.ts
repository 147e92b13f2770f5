import type { ModelPrice } from '../../config/config.js';
import type { ModelRequest } from '../../journal/model-call.js';

/** Billionths of a dollar for one token at one dollar a million. */
const PER_TOKEN = 1000;

/** What a call may cost at most: a token has at least one byte, and a reply at most its most tokens. */
export function mostOf({ messages, schema, maxTokens }: ModelRequest, price: ModelPrice): number {
  const frame = 16; // of a message, in the tokens that providers add
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + frame, Buffer.byteLength(JSON.stringify(schema)));
  return costOf(bytes, maxTokens, price);
}

/** In billionths of a dollar, rounded up. */
export const costOf = (promptTokens: number, completionTokens: number, { input, output }: ModelPrice): number =>
  Math.ceil((promptTokens * input + completionTokens * output) * PER_TOKEN);

export const priceOf = (prices: ReadonlyMap<string, ModelPrice>, model: string): ModelPrice => prices.get(model) ?? prices.get('*')!;
