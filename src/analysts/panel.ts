import type { MarketView } from '../model/market-view.js';
import { UNTRUSTED_DOMAIN, type Vote } from '../model/opinion.js';
import type { Decided } from '../model/verdict.js';
import type { Analyst, Question } from './analyst.js';
import { Asking, type OnVote, type Outstanding } from './asking.js';
import { JUDGE, type Deliberation } from './deliberation.js';
import { majorityOf } from './majority.js';
import { SeatCounters, type SeatCounts } from './seat-statistics.js';

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

export interface PanelMore {
  /** Who sits here besides, at this moment. */
  readonly remote?: () => readonly Analyst[];
  /** For deep runs. */
  readonly deliberation?: Deliberation | null;
  /** True where no answer of the outstanding could change the action: they are not waited for. */
  readonly isSettled?: (votes: readonly Vote[], outstanding: readonly Outstanding[]) => boolean;
}

const NOBODY: Omit<Question, 'deadline'> = { runId: '', depth: 'fast', requester: 'schedule' };
/** Of a deep run's time, what its model seats may take before the argument begins. */
const SEATS_SHARE = 0.4;

/** The analysts that are asked together. One that throws, hangs or says nonsense abstains; the others are not disturbed. */
export class Panel {
  /** Of the configuration; remote ones come and go. */
  readonly seats: readonly Seat[];
  readonly #counters = new Map<string, SeatCounters>();
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
    private readonly more: PanelMore = {},
  ) {
    const ids = analysts.map(({ id }) => id);
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice !== undefined) throw new Error(`Two analysts are called '${twice}': give each seat in config/analysts.yaml its own id.`);
    this.seats = analysts.map(({ id, name, kind, rule, weight, faultDomain, warmUp, source }) => ({
      id, name, ...(kind && { kind }), ...(rule && { rule }), weight, faultDomain, warmUp, source,
    }));
    for (const id of ids) this.#counters.set(id, new SeatCounters(id));
  }

  /**
   * Asks all in parallel and hands each vote to `onVote` the moment it lands. Resolves to all votes in panel order,
   * at the deadline at the latest. Rejects only where `options.signal` aborts or `onVote` throws.
   *
   * In a deep run the model seats' votes have no weight: the judge votes for them, and what is said on the way is handed
   * to `onVote` too.
   */
  async ask(view: MarketView, onVote: OnVote, { signal, already, question = NOBODY }: AskOptions = {}): Promise<readonly Vote[]> {
    signal?.throwIfAborted();
    const begun = this.clock();
    const asked: Question = { ...question, deadline: begun + this.deadlineMs };
    const abort = (this.#unused ??= new AbortController());
    const analysts = this.more.remote ? [...this.analysts, ...this.more.remote()] : this.analysts;
    const asking = new Asking({
      analysts, deadlineMs: this.deadlineMs, clock: this.clock, abort, onVote, onFault: this.onFault,
      count: (vote) => this.#count(vote),
      ...(this.more.isSettled && { settled: (votes, outstanding) => this.#isSettled(view, votes, outstanding) }),
    });
    const { deliberation } = this.more;
    const models = deliberation && question.depth === 'deep' ? analysts.filter(({ kind }) => kind === 'model') : [];
    if (deliberation && models.length > 0) {
      asking.seatJudge(judge(models, deliberation), models, (opinions) => deliberation.hold(view, opinions, asked, abort.signal, onVote), {
        step: JUDGE, round: deliberation.rounds,
      });
    }
    const early: Question = models.length > 0 ? { ...asked, deadline: begun + SEATS_SHARE * this.deadlineMs } : asked;
    if (asking.begin(view, (analyst) => (analyst.kind === 'model' ? early : asked), already)) return asking.votes as Vote[];
    this.#unused = null;
    await asking.end(signal);
    return asking.votes as Vote[];
  }

  /** What a run's votes came to, for the statistics. */
  decided(votes: readonly Vote[], { action, shares }: Pick<Decided, 'action' | 'shares'>): void {
    const majority = majorityOf(votes, shares);
    for (const vote of votes) this.#counters.get(vote.agentId)?.compare(vote, majority, action);
  }

  /** Per analyst that ever voted or sits here by configuration, since the start. */
  counts(): readonly SeatCounts[] {
    return [...this.#counters.values()].map(({ counts }) => counts);
  }

  /** Of a deep run's argument. */
  get rounds(): number {
    return this.more.deliberation?.rounds ?? 0;
  }

  /** Ids of all that sit here or ever voted. */
  known(): readonly string[] {
    return [...this.#counters.keys()];
  }

  #count(vote: Vote): void {
    let counters = this.#counters.get(vote.agentId);
    if (!counters) this.#counters.set(vote.agentId, (counters = new SeatCounters(vote.agentId)));
    counters.count(vote);
  }

  /** News before a model's eyes puts it into another domain, which shows only when it has answered: both must be settled. */
  #isSettled(view: MarketView, votes: readonly Vote[], outstanding: readonly Outstanding[]): boolean {
    const { isSettled } = this.more;
    if (!isSettled || !isSettled(votes, outstanding)) return false;
    if (view.news.length === 0) return true;
    return isSettled(votes, outstanding.map((analyst) => (analyst.kind === 'model' ? { ...analyst, faultDomain: UNTRUSTED_DOMAIN } : analyst)));
  }
}

const judge = (models: readonly Analyst[], { faultDomain }: Deliberation): Omit<Analyst, 'opine'> => ({
  id: JUDGE, name: 'Judge', kind: 'model', faultDomain, warmUp: 0, source: 'the argument over the model seats',
  weight: models.reduce((sum, { weight }) => sum + weight, 0),
});
