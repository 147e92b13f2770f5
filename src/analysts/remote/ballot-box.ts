import { abstain, type Opinion } from '../../model/opinion.js';
import type { Conduct } from './conduct.js';
import { opinionOf, wordsOf, type RemoteOpinion } from './remote-opinion.js';

/** What became of a vote. `repeated`: the same words again, nothing more happens. */
export type Fate = 'counted' | 'repeated' | 'equivocation' | 'late' | 'unknown_run';

interface Ballot {
  /** Monotonic milliseconds. */
  readonly deadline: number;
  /** The vote that counts. */
  words: string | null;
  readonly answer: (opinion: Opinion) => void;
}

/** Runs of which it is remembered what was said, so that a second vote is seen for what it is. */
const REMEMBERED = 500;

/** One analyst's votes: one a run, the first, in time. */
export class BallotBox {
  private readonly ballots = new Map<string, Ballot>();

  /** @param clock monotonic milliseconds */
  constructor(private readonly conduct: Conduct, private readonly clock: () => number) {}

  /** Resolves with its vote. Without one in time it does not resolve: whoever asks has a deadline too. */
  ask(runId: string, deadline: number, signal: AbortSignal): Promise<Opinion> {
    return new Promise((answer) => {
      const ballot: Ballot = { deadline, words: null, answer };
      this.ballots.set(runId, ballot);
      signal.addEventListener('abort', () => { if (ballot.words === null && (signal.reason as Error | undefined)?.name === 'TimeoutError') this.conduct.count('missed'); }, { once: true });
      if (this.ballots.size > REMEMBERED) this.ballots.delete(this.ballots.keys().next().value!);
    });
  }

  take(vote: RemoteOpinion): Fate {
    const ballot = this.ballots.get(vote.run_id);
    if (!ballot) return this.counted('unknown_run', 'unknown_run');
    const words = wordsOf(vote);
    if (ballot.words === words) return 'repeated';
    if (ballot.words !== null) return this.counted('equivocation', 'equivocations');
    if (this.clock() > ballot.deadline) return this.counted('late', 'late');
    ballot.words = words;
    ballot.answer(opinionOf(vote));
    return this.counted('counted', 'counted');
  }

  /** The connection has gone: who waits need not. */
  close(): void {
    for (const ballot of this.ballots.values()) if (ballot.words === null) ballot.answer(abstain('UNAVAILABLE', 'The analyst went away before it voted.'));
  }

  private counted(fate: Fate, deed: Parameters<Conduct['count']>[0]): Fate {
    this.conduct.count(deed);
    return fate;
  }
}
