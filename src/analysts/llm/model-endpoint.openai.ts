import { OpenAI } from 'openai';
import type { ProviderConfig } from '../../config/config.js';
import type { ModelRequest, ReplyMode } from '../../journal/model-call.js';
import { Cancelled } from '../cancelled.js';
import { boundedFetch, ReplyTooLong } from './bounded-fetch.js';
import { ModelEndpoint, noReply, type EndpointAnswer } from './model-endpoint.js';

const LONGEST_REPLY = 256 * 1024;
const LONGEST_ERROR = 500;
/** What is shorter is a placeholder, such as `none`. */
const SHORTEST_SECRET = 8;
const OFFICIAL = 'https://api.openai.com/v1';
/** They take no temperature, and count what they think in another field. */
const REASONING = /^(gpt-5|o\d)/;

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/** A server that speaks OpenAI's chat completions, through its SDK. */
export class OpenAiEndpoint extends ModelEndpoint {
  private readonly client: OpenAI;
  private readonly secret: string;

  constructor({ apiKey, baseUrl }: ProviderConfig, private readonly clock: () => number) {
    super();
    this.secret = apiKey;
    this.client = new OpenAI({ apiKey, baseURL: baseUrl ?? OFFICIAL, maxRetries: 0, timeout: 2 ** 31 - 1, fetch: boundedFetch(LONGEST_REPLY), logLevel: 'off' });
  }

  async ask(request: ModelRequest, _attempt: number, signal: AbortSignal): Promise<EndpointAnswer> {
    const begun = this.clock();
    try {
      const completion = await this.client.chat.completions.create(bodyOf(request), { signal });
      const answer = answerOf(completion, this.clock() - begun);
      return { ...answer, reply: answer.reply && this.hidden(answer.reply) }; // a server knows the key and might say it
    } catch (error) {
      return this.failure(error, this.clock() - begun, signal);
    }
  }

  private failure(error: unknown, latencyMs: number, signal: AbortSignal): EndpointAnswer {
    if (signal.aborted) {
      const cancelled = signal.reason instanceof Cancelled;
      return noReply(cancelled ? 'CANCELLED' : 'TIMEOUT', cancelled ? 'Stopped: the action could not change any more' : 'No reply in time', latencyMs, { cost: 'unknown' });
    }
    const tooLong = causeOf(error, ReplyTooLong);
    if (tooLong) return noReply('BAD_REPLY', tooLong.message, latencyMs, { cost: 'unknown' });
    const words = this.words(error);
    if (!(error instanceof OpenAI.APIError) || error.status === undefined) {
      // the body was cut off or is no JSON, or nobody was there
      if (error instanceof SyntaxError) return noReply('BAD_REPLY', `The server's answer is no JSON: ${words}`, latencyMs, { cost: 'unknown' });
      return noReply('UNAVAILABLE', words, latencyMs, { cost: 'unknown' });
    }
    const text = `HTTP ${error.status}: ${words}`;
    if (error.status === 429) return noReply('RATE_LIMITED', text, latencyMs, { retryAfterMs: retryAfter(error.headers) });
    if (error.status >= 500 || error.status === 408) return noReply('UNAVAILABLE', text, latencyMs, { retryAfterMs: retryAfter(error.headers) });
    if (error.status === 401 || error.status === 403 || error.status === 404) return noReply('UNAVAILABLE', `${text}. Check the key, the address and the model's name`, latencyMs);
    return noReply('BAD_REPLY', text, latencyMs);
  }

  /** An error's words, and its causes', without the key. */
  private words(error: unknown): string {
    const said: string[] = [];
    for (let each: unknown = error; each instanceof Error; each = each.cause) said.push(each.message);
    return this.hidden(said.join(': ')).slice(0, LONGEST_ERROR);
  }

  private hidden(text: string): string {
    return this.secret.length >= SHORTEST_SECRET ? text.replaceAll(this.secret, '[secret]') : text;
  }
}

function bodyOf({ model, messages, mode, form, schema, temperature, topP, seed, maxTokens }: ModelRequest): Body {
  const reasoning = REASONING.test(model);
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(reasoning ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens, temperature }),
    ...(topP !== null && { top_p: topP }),
    ...(seed !== null && { seed }),
    ...formatOf(mode, schema, form),
  };
}

function formatOf(mode: ReplyMode, schema: ModelRequest['schema'], name = 'opinion'): Pick<Body, 'response_format'> {
  if (mode === 'schema') return { response_format: { type: 'json_schema', json_schema: { name, strict: true, schema } } };
  return mode === 'json' ? { response_format: { type: 'json_object' } } : {};
}

/** The server may not keep to its own protocol: nothing about the completion is certain. */
function answerOf(completion: Completion, latencyMs: number): EndpointAnswer {
  const { choices, usage, model } = completion as Partial<Completion>;
  const message = choices?.[0]?.message;
  const tokens = {
    promptTokens: count(usage?.prompt_tokens), completionTokens: count(usage?.completion_tokens), totalTokens: count(usage?.total_tokens),
  };
  const rest = {
    modelReturned: typeof model === 'string' ? model.slice(0, 200) : null, ...tokens, latencyMs, retryAfterMs: null,
    cost: tokens.promptTokens === null || tokens.completionTokens === null ? 'unknown' as const : 'usage' as const,
  };
  if (typeof message?.refusal === 'string' && message.refusal !== '') return { ...rest, outcome: 'REFUSED', reply: message.refusal, error: 'The model refused' };
  if (choices?.[0]?.finish_reason === 'content_filter') return { ...rest, outcome: 'REFUSED', reply: message?.content ?? null, error: "The server's content filter stopped the reply" };
  if (typeof message?.content !== 'string') return { ...rest, outcome: 'BAD_REPLY', reply: null, error: 'The reply has no content' };
  return { ...rest, outcome: 'OK', reply: message.content, error: choices?.[0]?.finish_reason === 'length' ? 'Cut off at the most tokens of a reply' : null };
}

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null);

/** Milliseconds, of seconds or a date. */
function retryAfter(headers: Headers | undefined): number | null {
  const text = headers?.get('retry-after');
  if (!text) return null;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function causeOf<T extends Error>(error: unknown, kind: new (...args: never[]) => T): T | null {
  for (let each: unknown = error; each instanceof Error; each = each.cause) if (each instanceof kind) return each;
  return null;
}
