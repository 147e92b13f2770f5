import { refusesMode, type EndpointAnswer, type ModelEndpoint } from '../../analysts/llm/model-endpoint.js';
import type { ReplyForm } from '../../analysts/llm/reply-form.js';

const MODES = ['schema', 'json', 'text'] as const;
type Mode = (typeof MODES)[number];
interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const LONGEST_QUOTE = 4000;
const MOST_TOKENS = 2000;
const TEMPERATURE = 0.2;

/** A value of the form, or in words why there is none. */
export type Replied<T> = { readonly value: T } | { readonly flaw: string };

/** Asks a server's models for replies of a form: one time limit for all of it, one repair, never a reply that was made up. */
export class ModelAsker {
  /** By model: the best way to ask for the form that it is not known to refuse. */
  private readonly modes = new Map<string, number>();

  constructor(private readonly provider: string, private readonly endpoint: ModelEndpoint, private readonly withinMs: number) {}

  /** Never rejects. `who` is the member that asks. */
  async ask<T extends object>(model: string, who: string, messages: readonly Message[], form: ReplyForm<T>, stopped: AbortSignal): Promise<Replied<T>> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('The time is up', 'TimeoutError')), this.withinMs);
    const signal = AbortSignal.any([stopped, late.signal]);
    try {
      let flaw = '';
      let said = messages;
      for (const repair of [false, true]) {
        const answer = await this.answer(model, who, said, form, signal);
        if (answer.outcome !== 'OK') return { flaw: `${answer.outcome}: ${answer.error ?? 'no reply'}` };
        const read = form.read(answer.reply!);
        if ('value' in read) return read;
        flaw = read.flaw;
        if (!repair) said = [...messages, ...repairing(answer.reply!, flaw)];
      }
      return { flaw: `BAD_REPLY: ${flaw}, also after it was asked to repair it` };
    } finally {
      clearTimeout(timer);
    }
  }

  /** In the ways that the model may know, the best first. */
  private async answer<T extends object>(model: string, who: string, messages: readonly Message[], form: ReplyForm<T>, signal: AbortSignal): Promise<EndpointAnswer> {
    for (let at = this.modes.get(model) ?? 0; ; at += 1) {
      const answer = await this.endpoint.ask(this.request(model, who, messages, form, MODES[at]!), 1, signal);
      if (!refusesMode(answer) || at === MODES.length - 1) return answer;
      this.modes.set(model, at + 1);
    }
  }

  private request<T extends object>(model: string, who: string, messages: readonly Message[], form: ReplyForm<T>, mode: Mode) {
    return {
      agentId: who, prompt: form.name, endpoint: this.provider, model, messages, mode, form: form.name, schema: form.schema,
      temperature: TEMPERATURE, topP: null, seed: null, maxTokens: MOST_TOKENS,
    };
  }
}

const repairing = (reply: string, flaw: string): Message[] => [
  { role: 'assistant', content: reply.slice(0, LONGEST_QUOTE) },
  { role: 'user', content: `That reply cannot be used: ${flaw}. Answer again with one JSON object of the form that was asked for, and nothing else.` },
];
