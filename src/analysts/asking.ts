import type { MarketView } from '../model/market-view.js';
import { abstain, UNTRUSTED_DOMAIN, type Opinion, type Step, type Vote } from '../model/opinion.js';
import type { Analyst, Question } from './analyst.js';
import { Cancelled } from './cancelled.js';
import { opinionFlaw } from './opinion-flaw.js';

export type OnVote = (vote: Vote) => void;

interface AskingNeeds {
  readonly analysts: readonly Analyst[];
  readonly deadlineMs: number;
  readonly clock: () => number;
  readonly abort: AbortController;
  readonly onVote: OnVote;
  readonly onFault: (analyst: Analyst, error: unknown) => void;
  readonly count: OnVote;
  /** True: who has not answered is not waited for. */
  readonly settled?: (votes: readonly Vote[], outstanding: readonly Outstanding[]) => boolean;
}

/** Who has not answered yet. */
export type Outstanding = Pick<Analyst, 'id' | 'weight' | 'faultDomain' | 'kind'>;

/** Where in a deep run a seat's vote belongs, and that it has no weight of its own. */
interface Part {
  readonly step: Step;
  readonly round: number;
  readonly weightless: boolean;
}

/** One asking of a panel, from the first question to the last vote. Seats whose vote is undefined have not answered yet. */
export class Asking {
  analysts: readonly Analyst[];
  readonly votes: (Vote | undefined)[];
  private readonly asked: number[] = [];
  private pending: Map<number, Promise<Opinion>> | null = null;
  private parts: Map<number, Part> | null = null;
  /** Called once with the votes of the seats for whom a judge speaks. */
  private jury: { readonly seats: readonly number[]; readonly speak: (votes: readonly Vote[]) => void } | null = null;
  /** Answers change nothing any more. */
  private over = false;
  private onLanded: (() => void) | null = null;

  constructor(private readonly needs: AskingNeeds) {
    this.analysts = needs.analysts;
    this.votes = new Array<Vote | undefined>(this.analysts.length);
  }

  /** One more seat, whose opinion is made once all of `seats` have voted; their own votes have no weight. */
  seatJudge(seat: Omit<Analyst, 'opine'>, seats: readonly Analyst[], judge: (votes: readonly Vote[]) => Promise<Opinion>, { step, round }: Pick<Part, 'step' | 'round'>): void {
    let speak: (votes: readonly Vote[]) => void = () => {};
    const heard = new Promise<readonly Vote[]>((resolve) => (speak = resolve));
    this.analysts = [...this.analysts, { ...seat, opine: () => heard.then(judge) }];
    this.votes.push(undefined);
    const places = seats.map((each) => this.needs.analysts.indexOf(each));
    this.jury = { seats: places, speak };
    this.parts = new Map(places.map((place) => [place, { step: 'analyst', round: 0, weightless: true }]));
    this.parts.set(this.analysts.length - 1, { step, round, weightless: false });
  }

  /** Asks all that have not voted; what is answered at once lands at once. True where that were all. */
  begin(view: MarketView, questionFor: (analyst: Analyst) => Question, already: ReadonlyMap<string, Vote> | undefined): boolean {
    const { analysts, needs: { abort } } = this;
    try {
      for (let at = 0; at < analysts.length; at++) {
        const earlier = already?.get(analysts[at]!.id);
        if (earlier) this.take(at, earlier);
        else this.ask(at, view, questionFor(analysts[at]!));
      }
    } catch (error) {
      if (this.pending) abort.abort(error); // onVote threw: nobody waits for the others
      throw error;
    }
    return this.pending === null;
  }

  /** Resolves when all pending have answered, the deadline has passed, or nothing outstanding can change the action. */
  end(signal: AbortSignal | undefined): Promise<void> {
    const { needs: { abort, deadlineMs } } = this;
    const pending = this.pending!;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        this.over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        settle();
      };
      const fail = (error: unknown): void => {
        abort.abort(error);
        finish(() => reject(error as Error));
      };
      const cancel = (): void => fail(signal?.reason);
      const step = (land: () => void): void => {
        if (this.over) return; // a late answer changes nothing
        try {
          land();
          if (this.left() > 0 && this.isSettled()) this.cancelRest();
          if (this.left() === 0) finish(resolve);
        } catch (error) {
          fail(error);
        }
      };
      const expire = (): void => {
        const missed = [...pending.keys()].filter((at) => !this.votes[at]);
        abort.abort(new DOMException(`The deadline of ${deadlineMs} ms has passed`, 'TimeoutError'));
        for (const at of missed) step(() => this.timedOut(at));
      };
      const timer = setTimeout(expire, deadlineMs);
      if (signal?.aborted) return cancel(); // by onVote, just now
      signal?.addEventListener('abort', cancel, { once: true });
      for (const [at, answer] of pending) {
        answer.then(
          (opinion) => step(() => this.answered(at, opinion)),
          (error: unknown) => step(() => this.failed(at, error)),
        );
      }
      if (this.needs.settled) step(() => {}); // by the rules alone
    });
  }

  private left(): number {
    let left = 0;
    for (const at of this.pending!.keys()) if (!this.votes[at]) left++;
    return left;
  }

  private isSettled(): boolean {
    const { settled } = this.needs;
    if (!settled) return false;
    const outstanding = this.analysts.flatMap(({ id, kind, weight, faultDomain }, at) =>
      (this.votes[at] ? [] : [{ id, ...(kind && { kind }), weight: this.parts?.get(at)?.weightless ? 0 : weight, faultDomain }]));
    return settled(this.votes.filter((vote): vote is Vote => vote !== undefined), outstanding);
  }

  private cancelRest(): void {
    this.needs.abort.abort(new Cancelled());
    for (const at of this.pending!.keys()) {
      if (!this.votes[at]) this.land(at, abstain('CANCELLED', 'The action could not change any more.'));
    }
  }

  private ask(at: number, view: MarketView, question: Question): void {
    const { clock, abort } = this.needs;
    this.asked[at] = clock();
    let answer: Opinion | Promise<Opinion>;
    try {
      answer = this.analysts[at]!.opine(view, abort.signal, question);
    } catch (error) {
      return this.failed(at, error);
    }
    if (isPromise(answer)) (this.pending ??= new Map()).set(at, heardLater(answer));
    else this.answered(at, answer);
  }

  private answered(at: number, opinion: Opinion): void {
    if (this.votes[at]) return; // cancelled just before
    const flaw = opinionFlaw(opinion);
    if (flaw === null) return this.land(at, opinion);
    this.needs.onFault(this.analysts[at]!, new Error(`Invalid opinion: ${flaw}`));
    this.land(at, abstain('INVALID_OPINION', `The opinion was refused: ${flaw}.`));
  }

  private failed(at: number, error: unknown): void {
    if (this.votes[at]) return;
    this.needs.onFault(this.analysts[at]!, error);
    this.land(at, abstain('FAILED', `The analyst failed: ${messageOf(error)}`));
  }

  private timedOut(at: number): void {
    const { onFault, deadlineMs } = this.needs;
    onFault(this.analysts[at]!, new Error(`No answer within ${deadlineMs} ms`));
    this.land(at, abstain('TIMEOUT', `No answer within ${deadlineMs} ms.`));
  }

  private land(at: number, opinion: Opinion): void {
    const { clock, count, onVote } = this.needs;
    const vote = voteOf(this.analysts[at]!, opinion, clock() - this.asked[at]!, this.parts?.get(at));
    count(vote);
    this.take(at, vote);
    onVote(vote);
  }

  private take(at: number, vote: Vote): void {
    this.votes[at] = vote;
    const { jury } = this;
    if (!jury || !jury.seats.every((place) => this.votes[place])) return;
    this.jury = null;
    jury.speak(jury.seats.map((place) => this.votes[place]!));
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
function voteOf({ id, name, weight, faultDomain }: Analyst, opinion: Opinion, latencyMs: number, part: Part | undefined): Vote {
  const { signal, confidence, reasoning, reason, targetPrice, stopLoss, cites, untrusted } = opinion;
  const vote: { -readonly [K in keyof Vote]: Vote[K] } = {
    agentId: id, name, weight: part?.weightless ? 0 : weight, faultDomain: untrusted ? UNTRUSTED_DOMAIN : faultDomain,
    signal, confidence, reasoning, latencyMs: Math.round(latencyMs * 1000) / 1000,
  };
  if (untrusted) vote.untrusted = true;
  if (part) {
    vote.step = part.step;
    if (part.round > 0) vote.round = part.round;
  }
  if (signal === 'ABSTAIN') {
    vote.confidence = 0;
    if (reason !== undefined) vote.reason = reason;
    return vote;
  }
  if (targetPrice !== undefined) vote.targetPrice = targetPrice;
  if (stopLoss !== undefined) vote.stopLoss = stopLoss;
  if (cites !== undefined && cites.length > 0) vote.cites = cites;
  return vote;
}
