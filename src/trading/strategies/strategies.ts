import { v7 as timeOrderedId } from 'uuid';
import type { Candle, Tick } from '../../model/candle.js';
import type { IndicatorValues } from '../../model/indicators.js';
import type { Interval } from '../../model/interval.js';
import type { MarketView } from '../../model/market-view.js';
import type { SystemAlert } from '../../rooms/system-alert.js';
import type { StoredSignal } from '../signal-targets.js';
import type { Trading } from '../trading.js';
import type { LoadedStrategy } from './load-strategies.js';
import { StrategyRun, type PastCandle, type RUN_STATES, type StrategyEvent, type Surroundings } from './strategy-run.js';

/** What strategies see of the market; `Market` is one. */
export interface StrategyMarket {
  /** @throws CodedError NOT_READY before the first price */
  view(symbol: string): Pick<MarketView, 'candles' | 'indicators'>;
  candles(symbol: string, interval: undefined, limit: number, before?: number): Promise<readonly Candle[]>;
  indicators(symbol: string, interval: undefined, limit: number): Promise<readonly IndicatorValues[]>;
}

export interface StrategiesOptions {
  readonly strategies: readonly LoadedStrategy[];
  readonly trading: Pick<Trading, 'propose' | 'account' | 'holds'>;
  readonly market: StrategyMarket;
  /** Says it to everyone. `messageId`: unique for ever. */
  readonly say: (alert: SystemAlert, messageId: string) => Promise<unknown>;
  /** A strategy that stopped, a proposal that could not be taken, an alert that could not be said. */
  readonly onError: (error: unknown, what: string) => void;
}

/** Candles that a context shows. */
const WINDOW = 200;

/**
 * The configured strategies. They hear the market on every node, so that each knows where it stands, and propose where their
 * account is traded. What the calls give is to be awaited by a replay: then the next event sees what came of this one.
 * The first event of a strategy tells it the past before (`warmUp`), so there is nothing to start.
 */
export class Strategies {
  readonly #options: StrategiesOptions;
  readonly #runs: readonly StrategyRun[];
  readonly #bySymbol = new Map<string, StrategyRun[]>();

  constructor(options: StrategiesOptions) {
    this.#options = options;
    this.#runs = options.strategies.map((config) => new StrategyRun(config, {
      past: (...of) => this.#past(...of),
      around: (accountId, symbol) => this.#around(accountId, symbol),
      mayPropose: (accountId) => options.trading.holds(accountId),
      propose: async (proposal) => {
        try {
          await options.trading.propose(proposal);
        } catch (error) {
          options.onError(error, `What strategy ${config.id} wanted was not taken, and is not tried again: ${proposal.reason}`);
        }
      },
      stopped: (...of) => this.#stopped(...of),
    }));
    for (const run of this.#runs) for (const symbol of run.config.symbols) this.#bySymbol.set(symbol, [...(this.#bySymbol.get(symbol) ?? []), run]);
  }

  /** A new price: not older than the symbol's last. */
  tick(tick: Tick): void | Promise<void> {
    const { symbol, time, price } = tick;
    return this.#tell({ kind: 'tick', symbol, time, price, tick });
  }

  /** A closed candle of the panel's interval, once the market's view has it. */
  candle(symbol: string, _interval: Interval, candle: Candle): void | Promise<void> {
    return this.#tell({ kind: 'candle', symbol, time: candle.knownAt, price: candle.close, candle });
  }

  /** A stored signal, once. */
  signal(signal: StoredSignal): void | Promise<void> {
    const { symbol, timestamp: time, price } = signal;
    return this.#tell({ kind: 'signal', symbol, time, price, signal });
  }

  get states(): readonly { readonly id: string; readonly strategy: string; readonly state: (typeof RUN_STATES)[number] }[] {
    return this.#runs.map(({ config: { id, strategy }, state }) => ({ id, strategy, state }));
  }

  /** Resolves when what was wanted so far is proposed. */
  async idle(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.idle()));
  }

  /** In the file's order. */
  #tell(event: StrategyEvent): void | Promise<void> {
    const runs = this.#bySymbol.get(event.symbol);
    if (!runs) return;
    const waits = runs.map((run) => run.tell(event)).filter((wait) => wait !== undefined);
    if (waits.length > 0) return Promise.all(waits).then(() => undefined);
  }

  #around(accountId: string, symbol: string): Surroundings {
    const { trading, market } = this.#options;
    const position = trading.holds(accountId) ? trading.account(accountId).positions.find((each) => each.symbol === symbol && each.leg === 'net') ?? null : null;
    const { candles, indicators } = market.view(symbol);
    return { position, candles, indicators };
  }

  /** Of all symbols, by when they were known. */
  async #past({ symbols }: LoadedStrategy, count: number, before: number, live: ReadonlyMap<string, number>): Promise<readonly PastCandle[]> {
    const past: (PastCandle & { readonly at: number })[] = [];
    for (const [at, symbol] of symbols.entries()) {
      const candles = await this.#options.market.candles(symbol, undefined, count + WINDOW);
      const values = new Map((await this.#options.market.indicators(symbol, undefined, count)).map((each) => [each.time, each]));
      const known = candles.filter(({ time, knownAt }) => knownAt <= before && time < (live.get(symbol) ?? Infinity));
      const first = Math.max(0, known.length - count);
      known.slice(first).forEach((candle, index) => past.push({
        symbol, at, candle, indicators: values.get(candle.time) ?? null, candles: known.slice(Math.max(0, first + index + 1 - WINDOW), first + index + 1),
      }));
    }
    return past.sort((a, b) => a.candle.knownAt - b.candle.knownAt || a.at - b.at);
  }

  #stopped({ id, accountId }: LoadedStrategy, error: unknown, at: number): void {
    const { onError, say, trading } = this.#options;
    onError(error, `Strategy ${id} stopped`);
    if (!trading.holds(accountId)) return;
    const why = (error instanceof Error ? error.message : String(error)).slice(0, 300);
    const message = `Strategy ${id} stopped: ${why}. Its positions and orders stay as they are; correct it and start the server again`;
    say({ level: 'error', code: 'STRATEGY_STOPPED', message, timestamp: new Date(at).toISOString() }, `strategy:${id}:stopped:${timeOrderedId()}`)
      .catch((failed: unknown) => onError(failed, `That strategy ${id} stopped could not be said`));
  }
}
