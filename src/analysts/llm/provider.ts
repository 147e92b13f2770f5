import { bulkhead, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhenResult, isBrokenCircuitError, type CircuitBreakerPolicy } from 'cockatiel';
import type { ProviderConfig } from '../../config/config.js';
import { REPLY_MODES, type ReplyMode } from '../../journal/model-call.js';
import type { AbstainReason } from '../../model/opinion.js';
import { noReply, type EndpointAnswer, type ModelEndpoint } from './model-endpoint.js';

const FAILURES_TO_OPEN = 5;
/** What speaks against a server. One that asks to wait is well, and five seats that ask at once hear it five times; a bad reply or a refusal speaks against the model. */
const FAULTS: ReadonlySet<string> = new Set<AbstainReason>(['UNAVAILABLE', 'TIMEOUT']);

/** One provider: so many calls in flight, a breaker, and what is known of its models. */
export class Provider {
  readonly name: string;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly slots;
  /** By model, how the shape of a reply is asked for. */
  private readonly modes = new Map<string, ReplyMode>();

  /** @param onBreaker hears when the breaker opens, and when it closes again */
  constructor({ name, breakerMs, callsInFlight }: ProviderConfig, readonly endpoint: ModelEndpoint, onBreaker: (provider: string, open: boolean) => void = () => {}) {
    this.name = name;
    this.slots = bulkhead(callsInFlight, Number.MAX_SAFE_INTEGER);
    this.breaker = circuitBreaker(handleWhenResult((answer) => FAULTS.has((answer as EndpointAnswer).outcome)), {
      halfOpenAfter: breakerMs, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.breaker.onBreak(() => onBreaker(name, true));
    this.breaker.onReset(() => onBreaker(name, false));
  }

  /** The ways to ask a model, the best that is not known to be refused first. */
  modesOf(model: string): readonly ReplyMode[] {
    return REPLY_MODES.slice(REPLY_MODES.indexOf(this.modes.get(model) ?? 'schema'));
  }

  remember(model: string, mode: ReplyMode): void {
    this.modes.set(model, mode);
  }

  get isOpen(): boolean {
    return this.breaker.state === CircuitState.Open;
  }

  /** In turn, where the breaker lets it; who is aborted while waiting for a turn has cost nothing. */
  async call(signal: AbortSignal, ask: () => Promise<EndpointAnswer>): Promise<EndpointAnswer> {
    try {
      return await this.inTurn(signal, () => this.breaker.execute(ask));
    } catch (error) {
      if (isBrokenCircuitError(error)) return noReply('UNAVAILABLE', `${this.name} failed ${FAILURES_TO_OPEN} times one after the other: it is left alone for a while`, 0);
      throw error;
    }
  }

  private async inTurn(signal: AbortSignal, ask: () => Promise<EndpointAnswer>): Promise<EndpointAnswer> {
    let begun = false;
    const turn = this.slots.execute(() => {
      begun = true;
      return signal.aborted ? noReply('TIMEOUT', 'Its turn did not come in time', 0) : ask();
    });
    turn.catch(() => {}); // whoever has left does not hear it
    const left = new Promise<EndpointAnswer>((resolve) => {
      const leave = (): void => { if (!begun) resolve(noReply('TIMEOUT', 'Its turn did not come in time', 0)); };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
    return Promise.race([turn, left]);
  }
}
