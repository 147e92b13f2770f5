import { v7 as timeOrderedId } from 'uuid';
import type { ModelCallConfig, ModelPrice } from '../../config/config.js';
import { isOverBudget, NANO, type Budget, type Reservation } from '../../journal/budget.js';
import type { CallLog } from '../../journal/call-log.js';
import type { CallPlace, ChatMessage, ModelCall, ModelRequest } from '../../journal/model-call.js';
import { abstain, type AbstainReason, type Opinion } from '../../model/opinion.js';
import { Cancelled } from '../cancelled.js';
import { noReply, refusesMode, type EndpointAnswer } from './model-endpoint.js';
import { costOf, mostOf, priceOf } from './price.js';
import type { Provider } from './provider.js';
import { opinionForm } from './reply.js';
import type { ReplyForm } from './reply-form.js';

const MOST_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const LONGEST_QUOTE = 4000;

export interface ModelCallerNeeds {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly prices: ReadonlyMap<string, ModelPrice>;
  /** null: nothing is asked that costs, and nothing is written (replay). */
  readonly books: { readonly budget: Budget; readonly log: CallLog } | null;
  /** True: an opinion counts once its calls are stored. */
  readonly storedFirst: boolean;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Epoch milliseconds. */
  readonly wallClock: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Hears what could not be booked or stored. */
  readonly onFault: (error: unknown) => void;
}

/** What is wanted of a model. */
export interface Asking {
  readonly place: CallPlace;
  readonly call: ModelCallConfig;
  readonly messages: readonly ChatMessage[];
  /** On the clock; absent: the call's own time alone. */
  readonly deadline?: number;
  readonly signal: AbortSignal;
}

/** What came of it: never made up. */
export type Asked<T> = { readonly value: T } | { readonly value: null; readonly reason: AbstainReason; /** With the model's name. */ readonly error: string };

/** One opinion that is wanted of a model. */
export interface Wanted extends Asking {
  /** What it may cite. */
  readonly ids: ReadonlySet<string>;
}

interface Request extends Asking {
  readonly form: Pick<ReplyForm<object>, 'name' | 'schema'>;
  /** On the clock. */
  readonly deadline: number;
}

/** One attempt, not yet in the log: what its reply is worth is seen later. */
interface Attempt {
  readonly answer: EndpointAnswer;
  log(read: object | null, flaw?: string): Promise<void>;
}

/** Asks models: within budget and deadline, again where that may help, and all of it into the log. */
export class ModelCaller {
  constructor(private readonly needs: ModelCallerNeeds) {}

  /** Who is asked, and who is left alone for a while because it failed. */
  breakers(): readonly { readonly provider: string; readonly open: boolean }[] {
    return [...this.needs.providers.values()].map(({ name, isOpen }) => ({ provider: name, open: isOpen }));
  }

  /** Never rejects, and never makes up an opinion: what is none abstains with its reason. */
  async opinion({ ids, ...asking }: Wanted): Promise<Opinion> {
    const asked = await this.ask(asking, opinionForm(ids));
    return asked.value ?? abstain(asked.reason, `${asked.error}.`);
  }

  /** A value of the form, or why there is none. Never rejects; ends when `signal` aborts. */
  async ask<T extends object>(asking: Asking, form: ReplyForm<T>): Promise<Asked<T>> {
    const wanted: Request = { ...asking, form, deadline: asking.deadline ?? this.needs.clock() + asking.call.deadlineMs };
    const { model } = wanted.call;
    const { signal, end } = this.deadline(wanted);
    try {
      let { messages } = wanted;
      for (let repair = false; ; repair = true) {
        const { answer, log } = await this.answered(wanted, messages, signal);
        if (answer.outcome !== 'OK') {
          await this.kept(log(null));
          return { value: null, reason: answer.outcome, error: `${model}: ${answer.error ?? answer.outcome}` };
        }
        const read = form.read(answer.reply!);
        if ('value' in read) {
          await this.kept(log(read.value));
          return read;
        }
        await this.kept(log(null, read.flaw));
        if (repair) return { value: null, reason: 'BAD_REPLY', error: `${model}: ${read.flaw}, also after it was asked to repair it` };
        messages = [...messages, ...repairing(answer.reply!, read.flaw)];
      }
    } finally {
      end();
    }
  }

  /** `signal`, or the deadline, whichever comes first. A recorded answer has no deadline: it has been in time. */
  private deadline({ call, deadline, signal }: Request): { signal: AbortSignal; end: () => void } {
    if (!this.needs.books) return { signal, end: () => {} };
    const own = new AbortController();
    const left = Math.max(0, Math.min(deadline - this.needs.clock(), call.deadlineMs));
    const timer = setTimeout(() => own.abort(new DOMException('The deadline has passed', 'TimeoutError')), left);
    return { signal: AbortSignal.any([signal, own.signal]), end: () => clearTimeout(timer) };
  }

  /** In the ways that the model may know, the best first. */
  private async answered(wanted: Request, messages: readonly ChatMessage[], signal: AbortSignal): Promise<Attempt> {
    const { call: { provider: name, model } } = wanted;
    const provider = this.needs.providers.get(name)!;
    const modes = provider.modesOf(model);
    for (const [at, mode] of modes.entries()) {
      const request = requestOf(wanted, messages, mode);
      const attempt = await this.retried(wanted, provider, request, signal);
      const next = modes[at + 1];
      const { answer } = attempt;
      if (next === undefined || !(refusesMode(answer) || (answer.outcome === 'NOT_RECORDED' && !this.needs.books))) return attempt;
      if (refusesMode(answer)) {
        provider.remember(model, next);
        await this.kept(attempt.log(null));
      }
    }
    throw new Error(`no way to ask ${model}`);
  }

  /** Again after a refusal that passes, as long as there is time. */
  private async retried(wanted: Request, provider: Provider, request: ModelRequest, signal: AbortSignal): Promise<Attempt> {
    let last: Attempt | null = null;
    for (let nth = 1; ; nth += 1) {
      const attempt = await this.attempt(wanted, provider, request, nth, signal);
      // of the recorded run, which did not try again
      if (last && attempt.answer.outcome === 'NOT_RECORDED') return last;
      const { outcome, retryAfterMs } = attempt.answer;
      if ((outcome !== 'RATE_LIMITED' && outcome !== 'UNAVAILABLE') || nth === MOST_ATTEMPTS || provider.isOpen) return attempt;
      last = attempt;
      if (!this.needs.books) continue;
      const wait = retryAfterMs ?? this.needs.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** nth);
      const left = wanted.deadline - this.needs.clock();
      if (wait >= left || !(await slept(wait, signal))) return attempt;
      await this.kept(attempt.log(null));
    }
  }

  private async attempt(wanted: Request, provider: Provider, request: ModelRequest, nth: number, signal: AbortSignal): Promise<Attempt> {
    const { books, prices, wallClock } = this.needs;
    const price = priceOf(prices, request.model);
    const startedAt = wallClock();
    let booked: Reservation | null = null;
    const most = mostOf(request, price);
    const answer = await provider.call(signal, async () => {
      if (!books) return provider.endpoint.ask(request, nth, signal);
      const reserved = await books.budget.reserve(wanted.place.symbol, wanted.place.requester, most).catch((error: unknown) => {
        this.needs.onFault(error);
        return null;
      });
      if (reserved === null) return noReply('OVER_BUDGET', 'The budget could not be booked: the database does not answer', 0);
      if (isOverBudget(reserved)) return noReply('OVER_BUDGET', `${dollars(most / NANO)} are needed and ${dollars(reserved.left)} of ${dollars(reserved.limit)} a ${reserved.scope === 'day' ? 'day' : `${reserved.scope} and day`} are left`, 0);
      booked = reserved;
      return provider.endpoint.ask(request, nth, signal);
    });
    const landed = signal.aborted && signal.reason instanceof Cancelled && answer.outcome === 'TIMEOUT' ? { ...answer, outcome: 'CANCELLED' as const } : answer;
    const nanoUsd = booked === null || landed.cost === 'none' ? 0 : landed.cost === 'unknown' ? null : Math.min(most, costOf(landed.promptTokens!, landed.completionTokens!, price));
    // not waited for: until it is settled the whole reservation counts
    if (booked !== null) (booked as Reservation).settle(nanoUsd).catch(this.needs.onFault);
    return {
      answer: landed,
      log: (read, flaw) => this.log({
        callId: timeOrderedId(), place: wanted.place, request, attempt: nth, opinion: read, startedAt, nanoUsd: nanoUsd ?? most,
        answer: flaw === undefined ? landed : { ...landed, error: flaw },
      }),
    };
  }

  private log({ answer, ...call }: ModelCall & { answer: EndpointAnswer }): Promise<void> {
    const { outcome, reply, modelReturned, promptTokens, completionTokens, totalTokens, latencyMs, error } = answer;
    const written = this.needs.books?.log.append({ ...call, answer: { outcome, reply, modelReturned, promptTokens, completionTokens, totalTokens, latencyMs, error } });
    return written ?? Promise.resolve();
  }

  private async kept(stored: Promise<void>): Promise<void> {
    if (this.needs.storedFirst) await stored;
    else stored.catch(this.needs.onFault);
  }
}

const requestOf = ({ place, call, form }: Request, messages: readonly ChatMessage[], mode: ModelRequest['mode']): ModelRequest => ({
  agentId: place.agentId, prompt: call.prompt.path, endpoint: call.provider, model: call.model, messages, mode, form: form.name, schema: form.schema,
  temperature: call.temperature, topP: null, seed: call.seed, maxTokens: call.maxTokens,
});

const repairing = (reply: string, flaw: string): ChatMessage[] => [
  { role: 'assistant', content: reply.slice(0, LONGEST_QUOTE) },
  { role: 'user', content: `That reply cannot be used: ${flaw}. Answer again with one JSON object of the form that was asked for, and nothing else.` },
];

const dollars = (usd: number): string => `$${usd.toFixed(6)}`;

/** False where it was ended early. */
const slept = (ms: number, signal: AbortSignal): Promise<boolean> => new Promise((resolve) => {
  if (signal.aborted) return resolve(false);
  const end = (): void => { clearTimeout(timer); resolve(false); };
  const timer = setTimeout(() => { signal.removeEventListener('abort', end); resolve(true); }, ms);
  signal.addEventListener('abort', end, { once: true });
});
