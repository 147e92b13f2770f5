import type { ModelCallConfig, ModelsConfig } from '../../config/config.js';
import type { MarketView } from '../../model/market-view.js';
import { abstain, UNTRUSTED_DOMAIN, type Opinion, type Step, type Vote } from '../../model/opinion.js';
import type { Question } from '../analyst.js';
import { Deliberation } from '../deliberation.js';
import type { ModelCaller } from './model-caller.js';
import { debateMessages, idsOf } from './prompts.js';

const NAMES = { bull: 'Bull', bear: 'Bear', judge: 'Judge' } as const;
const TASKS = {
  bull: 'Make the case for higher prices as strong as the evidence allows, and answer what the bear has said. If the evidence does not carry it, say so by your confidence.',
  bear: 'Make the case for lower prices as strong as the evidence allows, and answer what the bull has said. If the evidence does not carry it, say so by your confidence.',
  judge: 'You have heard both. Judge which case the evidence carries, and give the one opinion that counts for all of them.',
} as const;
type Arguer = keyof typeof NAMES;

/** A bull and a bear argue over the model seats' opinions, both at once in each round; then a judge speaks. */
export class Debate extends Deliberation {
  readonly rounds: number;
  readonly faultDomain = 'models';

  /** @param clock monotonic milliseconds */
  constructor(private readonly config: NonNullable<ModelsConfig['debate']>, private readonly caller: ModelCaller, private readonly clock: () => number) {
    super();
    this.rounds = config.rounds;
  }

  async hold(view: MarketView, opinions: readonly Vote[], question: Question, signal: AbortSignal, onStep: (vote: Vote) => void): Promise<Opinion> {
    if (opinions.every((opinion) => opinion.signal === 'ABSTAIN')) return abstain('NO_DATA', 'No model seat had an opinion to judge.');
    const untrusted = opinions.some((opinion) => opinion.untrusted === true);
    const argued: Vote[] = [];
    for (let round = 1; round <= this.rounds; round += 1) {
      const before = [...argued];
      argued.push(...await Promise.all((['bull', 'bear'] as const).map(async (arguer) => {
        const begun = this.clock();
        const opinion = await this.ask(arguer, round, view, opinions, before, question, signal);
        const vote = this.step(arguer, round, opinion, untrusted, this.clock() - begun);
        if (!signal.aborted) onStep(vote);
        return vote;
      })));
    }
    const opinion = await this.ask('judge', this.rounds, view, opinions, argued, question, signal);
    return untrusted ? { ...opinion, untrusted } : opinion;
  }

  private ask(arguer: Arguer, round: number, view: MarketView, opinions: readonly Vote[], argued: readonly Vote[], question: Question, signal: AbortSignal): Promise<Opinion> {
    const call: ModelCallConfig = this.config[arguer];
    const { runId, requester, deadline } = question;
    // each step that is still to come has an equal part of the time that is left
    const steps = arguer === 'judge' ? 1 : this.rounds - round + 2;
    const now = this.clock();
    return this.caller.opinion({
      place: { runId, symbol: view.instrument.symbol, agentId: arguer, step: arguer, round, asOf: view.asOf, requester },
      call, messages: debateMessages(call.prompt.text, view, opinions, argued, TASKS[arguer]), ids: idsOf(view, true),
      deadline: now + (deadline - now) / steps, signal,
    });
  }

  private step(arguer: Arguer, round: number, opinion: Opinion, untrusted: boolean, latencyMs: number): Vote {
    const step: Step = arguer;
    return {
      ...opinion, agentId: arguer, name: NAMES[arguer], weight: 0, faultDomain: untrusted ? UNTRUSTED_DOMAIN : this.faultDomain, step, round,
      latencyMs: Math.round(latencyMs * 1000) / 1000, ...(untrusted && { untrusted }),
    };
  }
}
