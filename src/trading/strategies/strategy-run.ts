import type { Candle, Tick } from '../../model/candle.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { StoredSignal } from '../signal-targets.js';
import type { Proposal } from '../proposal.js';
import type { LoadedStrategy } from './load-strategies.js';
import { toProposal } from './intent-to-proposal.js';
import type { Intents, Strategy, StrategyContext } from './strategy.js';

/** A closed candle of the past, and what was known with it. */
export interface PastCandle {
  readonly symbol: string;
  readonly candle: Candle;
  readonly candles: readonly Candle[];
  readonly indicators: IndicatorValues | null;
}

/** What a strategy is told. `time`: market time, epoch milliseconds. */
export type StrategyEvent =
  | { readonly kind: 'tick'; readonly symbol: string; readonly time: number; readonly price: number; readonly tick: Tick }
  | { readonly kind: 'candle'; readonly symbol: string; readonly time: number; readonly price: number; readonly candle: Candle }
  | { readonly kind: 'signal'; readonly symbol: string; readonly time: number; readonly price: number; readonly signal: StoredSignal };

/** What is known of a symbol at the event, found out only where a strategy asks. */
export type Surroundings = Pick<StrategyContext, 'position' | 'candles' | 'indicators'>;

export interface RunNeeds {
  /** Closed candles known before this market time, oldest first, of all its symbols. `live`: the first that each symbol has said itself. */
  readonly past: (config: LoadedStrategy, count: number, before: number, live: ReadonlyMap<string, number>) => Promise<readonly PastCandle[]>;
  readonly around: (accountId: string, symbol: string) => Surroundings;
  readonly mayPropose: (accountId: string) => boolean;
  /** Never rejects: what fails was reported. */
  readonly propose: (proposal: Proposal) => Promise<void>;
  readonly stopped: (config: LoadedStrategy, error: unknown, at: number) => void;
}

export const RUN_STATES = ['cold', 'warming', 'running', 'stopped'] as const;
const MOST_WARM_UP = 500;
/** Events that may wait while the past is read; further ticks are left out. */
const MOST_WAITING = 10_000;

/** One strategy: told everything in order, and what it wants is proposed in order. */
export class StrategyRun {
  #state: (typeof RUN_STATES)[number] = 'cold';
  #strategy: Strategy;
  #waiting: { readonly event: StrategyEvent; readonly done: () => void }[] = [];
  readonly #live = new Map<string, number>();
  /** By symbol: the latest market time, and how many proposals it has had. */
  readonly #said = new Map<string, { time: number; count: number }>();
  #proposing: Promise<void> = Promise.resolve();

  constructor(readonly config: LoadedStrategy, private readonly needs: RunNeeds) {
    this.#strategy = new config.of(config.parameters);
  }

  get state(): (typeof RUN_STATES)[number] {
    return this.#state;
  }

  /** A promise where there is something to wait for: its past, or what came of what it wants. */
  tell(event: StrategyEvent): void | Promise<void> {
    if (this.#state === 'stopped') return;
    if (event.kind === 'candle' && !this.#live.has(event.symbol)) this.#live.set(event.symbol, event.candle.time);
    if (this.#state === 'running') return this.#take(event);
    if (this.#waiting.length >= MOST_WAITING && event.kind === 'tick') return;
    return new Promise((done) => {
      this.#waiting.push({ event, done });
      if (this.#state !== 'cold') return;
      this.#state = 'warming';
      void this.#warmUp(event.time);
    });
  }

  /** Resolves when what was wanted so far is proposed. */
  idle(): Promise<void> {
    return this.#proposing;
  }

  async #warmUp(before: number): Promise<void> {
    try {
      const { of, parameters } = this.config;
      const count = Math.min(MOST_WARM_UP, of.warmUp?.(parameters) ?? 0);
      const past = count > 0 ? await this.needs.past(this.config, count, before, this.#live) : [];
      for (const each of past) this.#strategy.onCandle?.(each.candle, pastContext(each));
    } catch (error) {
      this.#stop(error, before);
    }
    // what came meanwhile, in its order; nothing can come in between, as all of it is told in one go
    if (this.#state === 'warming') this.#state = 'running';
    for (const { event, done } of this.#waiting.splice(0)) void Promise.resolve(this.#take(event)).then(done);
  }

  #take(event: StrategyEvent): void | Promise<void> {
    if (this.#state !== 'running') return;
    const said = this.#said.get(event.symbol) ?? { time: 0, count: 0 };
    this.#said.set(event.symbol, said);
    // a signal may be told later than the prices after it: time stands still for it
    if (event.time > said.time) [said.time, said.count] = [event.time, 0];
    try {
      const proposals = this.#proposals(event, said);
      if (proposals.length === 0 || !this.needs.mayPropose(this.config.accountId)) return;
      this.#proposing = this.#proposing.then(async () => {
        for (const proposal of proposals) await this.needs.propose(proposal);
      });
      return this.#proposing;
    } catch (error) {
      this.#stop(error, said.time);
    }
  }

  #proposals(event: StrategyEvent, said: { readonly time: number; count: number }): readonly Proposal[] {
    const { id: strategyId, accountId } = this.config;
    const { symbol, price } = event;
    const signalId = event.kind === 'signal' ? event.signal.signalId : null;
    const intents = this.#ask(event, context(symbol, said.time, price, () => this.needs.around(accountId, symbol))) ?? [];
    if (!Array.isArray(intents)) throw new Error(`its ${HOOK_OF[event.kind]} must give a list of intents at once, not ${intents instanceof Promise ? 'a promise' : typeof intents}`);
    return (intents as NonNullable<Exclude<Intents, void>>).map((intent) =>
      toProposal(intent, { key: `strategy:${strategyId}:${symbol}:${said.time}:${said.count++}`, strategyId, accountId, symbol, signalId, now: said.time, price }));
  }

  #ask(event: StrategyEvent, of: StrategyContext): Intents {
    switch (event.kind) {
      case 'tick': return this.#strategy.onTick?.(event.tick, of);
      case 'candle': return this.#strategy.onCandle?.(event.candle, of);
      case 'signal': return this.#strategy.onSignal?.(event.signal, of);
    }
  }

  #stop(error: unknown, at: number): void {
    this.#state = 'stopped';
    this.needs.stopped(this.config, error, at);
  }
}

const HOOK_OF = { tick: 'onTick', candle: 'onCandle', signal: 'onSignal' } as const;

const pastContext = ({ symbol, candle, candles, indicators }: PastCandle): StrategyContext =>
  Object.freeze({ symbol, now: candle.knownAt, price: candle.close, position: null, candles, indicators, warmingUp: true });

function context(symbol: string, now: number, price: number, find: () => Surroundings): StrategyContext {
  let found: Surroundings | null = null;
  const around = (): Surroundings => (found ??= find());
  return Object.freeze({
    symbol, now, price, warmingUp: false,
    get position() { return around().position; },
    get candles() { return around().candles; },
    get indicators() { return around().indicators; },
  });
}
