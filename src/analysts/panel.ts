import type { MarketView } from '../model/market-view.js';
import { abstain, type Opinion, type Vote } from '../model/opinion.js';
import type { Analyst, Question } from './analyst.js';
import { opinionFlaw } from './opinion-flaw.js';
import { SeatCounters, type SeatStatistics } from './seat-statistics.js';

/** An analyst as `/api/analysts` shows it. */
export type Seat = Pick<Analyst, 'id' | 'name' | 'kind' | 'rule' | 'weight' | 'faultDomain' | 'warmUp' | 'source'>;

export interface AskOptions {
  /** Ends the asking early: `ask` rejects with its reason, what was said until then stands. */
  readonly signal?: AbortSignal;
  /** By analyst id, what was said in an earlier attempt of the same run: it stands, and these are not asked again. */
  readonly already?: ReadonlyMap<string, Vote>;
  /** For whom; the deadline is the panel's own. */
  readonly question?: Omit<Question, 'deadline'>;
}

const NOBODY: Omit<Question, 'deadline'> = { runId: '', depth: 'fast', requester: 'schedule' };

type OnVote = (vote: Vote) => void;

/** One asking. Seats that are undefined have not answered yet; `over` means that answers change nothing any more. */
interface Asking {
  readonly votes: (Vote | undefined)[];
  readonly asked: number[];
  readonly onVote: OnVote;
  readonly abort: AbortController;
  over: boolean;
  readonly question: Question;
}

/** The analysts that are asked together. One that throws, hangs or says nonsense abstains; the others are not disturbed. */
export class Panel {
  readonly seats: readonly Seat[];
  readonly #counters: readonly SeatCounters[];
  /** Shared by askings in which all answer at once: a controller costs as much as a rule. */
  #unused: AbortController | null = null;

  /**
   * @param deadlineMs after which an analyst that has not answered abstains TIMEOUT
   * @param clock monotonic milliseconds
   * @param onFault hears of each FAILED, TIMEOUT and INVALID_OPINION, so that it is logged
   */
  constructor(
    private readonly analysts: readonly Analyst[],
    private readonly deadlineMs: number,
    private readonly clock: () => number,
    private readonly onFault: (analyst: Analyst, error: unknown) => void = () => {},
  ) {
    const ids = analysts.map(({ id }) => id);
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice !== undefined) throw new Error(`Two analysts are called '${twice}': give each seat in config/analysts.yaml its own id.`);
    this.seats = analysts.map(({ id, name, kind, rule, weight, faultDomain, warmUp, source }) => ({
      id, name, ...(kind && { kind }), ...(rule && { rule }), weight, faultDomain, warmUp, source,
    }));
    this.#counters = ids.map((id) => new SeatCounters(id));
  }

  /**
   * Asks all in parallel and hands each vote to `onVote` the moment it lands. Resolves to all votes in panel order,
   * at the deadline at the latest. Rejects only where `options.signal` aborts or `onVote` throws.
   */
  async ask(view: MarketView, onVote: OnVote, { signal, already, question = NOBODY }: AskOptions = {}): Promise<readonly Vote[]> {
    signal?.throwIfAborted();
    const { analysts } = this;
    const abort = (this.#unused ??= new AbortController());
    const asking: Asking = { votes: new Array<Vote | undefined>(analysts.length), asked: [], onVote, abort, over: false, question: { ...question, deadline: this.clock() + this.deadlineMs } };
    let pending: Map<number, Promise<Opinion>> | undefined;
    try {
      for (let at = 0; at < analysts.length; at++) {
        const earlier = already?.get(analysts[at]!.id);
        if (earlier) asking.votes[at] = earlier;
        else {
          const promise = this.#begin(asking, at, view);
          if (promise) (pending ??= new Map()).set(at, promise);
        }
      }
    } catch (error) {
      if (pending) abort.abort(error); // onVote threw: nobody waits for the others
      throw error;
    }
    if (pending) await this.#rest(asking, pending, signal);
    return asking.votes as Vote[];
  }

  /** Per analyst, in panel order, since the start. */
  statistics(): readonly SeatStatistics[] {
    return this.#counters.map((counters) => counters.snapshot());
  }

  /** Asks one; what it answers at once lands at once, else the promise is returned. */
  #begin(asking: Asking, at: number, view: MarketView): Promise<Opinion> | null {
    asking.asked[at] = this.clock();
    let answer: Opinion | Promise<Opinion>;
    try {
      answer = this.analysts[at]!.opine(view, asking.abort.signal, asking.question);
    } catch (error) {
      this.#failed(asking, at, error);
      return null;
    }
    if (!isPromise(answer)) {
      this.#answered(asking, at, answer);
      return null;
    }
    this.#unused = null;
    return heardLater(answer);
  }

  /** Resolves when all pending have answered or the deadline has passed. */
  #rest(asking: Asking, pending: ReadonlyMap<number, Promise<Opinion>>, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = pending.size;
      const end = (settle: () => void): void => {
        asking.over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        settle();
      };
      const cancel = (): void => {
        asking.abort.abort(signal?.reason);
        end(() => reject(signal?.reason as Error));
      };
      const step = (land: () => void): void => {
        if (asking.over) return; // a late answer changes nothing
        try {
          land();
          if (--left === 0) end(resolve);
        } catch (error) {
          asking.abort.abort(error);
          end(() => reject(error as Error));
        }
      };
      const expire = (): void => {
        const missed = [...pending.keys()].filter((at) => !asking.votes[at]);
        asking.abort.abort(new DOMException(`The deadline of ${this.deadlineMs} ms has passed`, 'TimeoutError'));
        for (const at of missed) step(() => this.#timedOut(asking, at));
      };
      const timer = setTimeout(expire, this.deadlineMs);
      if (signal?.aborted) return cancel(); // by onVote, just now
      signal?.addEventListener('abort', cancel, { once: true });
      for (const [at, answer] of pending) {
        answer.then(
          (opinion) => step(() => this.#answered(asking, at, opinion)),
          (error: unknown) => step(() => this.#failed(asking, at, error)),
        );
      }
    });
  }

  #answered(asking: Asking, at: number, opinion: Opinion): void {
    const flaw = opinionFlaw(opinion);
    if (flaw === null) return this.#land(asking, at, opinion);
    this.onFault(this.analysts[at]!, new Error(`Invalid opinion: ${flaw}`));
    this.#land(asking, at, abstain('INVALID_OPINION', `The opinion was refused: ${flaw}.`));
  }

  #failed(asking: Asking, at: number, error: unknown): void {
    this.onFault(this.analysts[at]!, error);
    this.#land(asking, at, abstain('FAILED', `The analyst failed: ${messageOf(error)}`));
  }

  #timedOut(asking: Asking, at: number): void {
    this.onFault(this.analysts[at]!, new Error(`No answer within ${this.deadlineMs} ms`));
    this.#land(asking, at, abstain('TIMEOUT', `No answer within ${this.deadlineMs} ms.`));
  }

  #land(asking: Asking, at: number, opinion: Opinion): void {
    const vote = voteOf(this.analysts[at]!, opinion, this.clock() - asking.asked[at]!);
    asking.votes[at] = vote;
    this.#counters[at]!.count(vote);
    asking.onVote(vote);
  }
}

const isPromise = (answer: unknown): answer is Promise<Opinion> =>
  typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';

const LONGEST_MESSAGE = 300;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE);

/** Its rejection is handled in a moment; until then it must not end the process. */
function heardLater(answer: Promise<Opinion>): Promise<Opinion> {
  const promise = Promise.resolve(answer);
  promise.catch(() => {});
  return promise;
}

/** Only an opinion's own fields: whatever else an answer carried is left behind. Assigned one by one, which is four times as fast as spreading. */
function voteOf({ id, name, weight, faultDomain }: Analyst, opinion: Opinion, latencyMs: number): Vote {
  const { signal, confidence, reasoning, reason, targetPrice, stopLoss } = opinion;
  const vote: { -readonly [K in keyof Vote]: Vote[K] } = {
    agentId: id, name, weight, faultDomain, signal, confidence, reasoning, latencyMs: Math.round(latencyMs * 1000) / 1000,
  };
  if (signal === 'ABSTAIN') {
    vote.confidence = 0;
    if (reason !== undefined) vote.reason = reason;
    return vote;
  }
  if (targetPrice !== undefined) vote.targetPrice = targetPrice;
  if (stopLoss !== undefined) vote.stopLoss = stopLoss;
  return vote;
}
