import type { Kysely } from 'kysely';
import type { AgentConfig } from '../../config/config.js';
import type { Market } from '../../market/market.js';
import type { Interval } from '../../model/interval.js';
import type { SignalStore } from '../../signals/signal-store.js';
import type { Schema, SignalsTable } from '../../storage/schema.js';
import type { CycleInputs, Lesson, PanelSignal, SymbolInputs } from './decider.js';

const CANDLES = 30;
const LESSONS = 5;
const LIKED: Interval = '1h';
/** A signal older than this is asked for anew, market milliseconds. */
const FRESH_MS = 60_000;

export interface InputsNeeds {
  readonly db: Kysely<Schema>;
  readonly market: Pick<Market, 'candles' | 'indicators' | 'structure' | 'intervals' | 'instruments' | 'view' | 'lastTimeOf'>;
  readonly signals: Pick<SignalStore, 'list'>;
  /** Has the panel look at a symbol that nobody watches; resolves when it has. Left out: what signals there are are taken. */
  readonly ask?: (symbol: string, agentId: string) => Promise<void>;
  readonly onError?: (error: unknown) => void;
}

/** What of the market, the panel and the past an agent decides on. */
export class AgentInputs {
  constructor(private readonly needs: InputsNeeds) {}

  /** Those of its symbols that the market knows, in the agent's order. */
  symbolsOf({ symbols }: AgentConfig): readonly string[] {
    const known = new Set(this.needs.market.instruments.map(({ symbol }) => symbol));
    return symbols.filter((symbol) => known.has(symbol));
  }

  /** One hour where the market has it, else its own. */
  intervalOf(symbol: string): Interval {
    const known = this.needs.market.intervals(symbol);
    return known.includes(LIKED) ? LIKED : known[0]!;
  }

  /** Every symbol has its candles and a price; false too while there is no symbol. */
  async warm(agent: AgentConfig): Promise<boolean> {
    const { market } = this.needs;
    const symbols = this.symbolsOf(agent);
    for (const symbol of symbols) {
      if (market.lastTimeOf(symbol) === null) return false;
      const candles = await market.candles(symbol, this.intervalOf(symbol), CANDLES);
      if (candles.length < CANDLES) return false;
    }
    return symbols.length > 0;
  }

  async of(agent: AgentConfig, asOf: number): Promise<Pick<CycleInputs, 'symbols' | 'lessons'>> {
    const symbols = await Promise.all(this.symbolsOf(agent).map((symbol) => this.symbol(symbol, agent.id, asOf)));
    return { symbols, lessons: await this.lessons(agent.accountId, asOf) };
  }

  private async symbol(symbol: string, agentId: string, asOf: number): Promise<SymbolInputs> {
    const { market } = this.needs;
    const interval = this.intervalOf(symbol);
    const [candles, [indicators = null], structure, newest] = await Promise.all([
      market.candles(symbol, interval, CANDLES), market.indicators(symbol, interval, 1), market.structure(symbol, interval), this.panel(symbol, agentId, asOf),
    ]);
    const { instrument, price, source } = market.view(symbol);
    return { instrument, interval, source, price, candles, indicators, structure, signal: newest && newest.valid_until > asOf ? panelSignal(newest) : null };
  }

  /** The panel's newest signal; asked for where it is old and may be asked. */
  private async panel(symbol: string, agentId: string, asOf: number): Promise<SignalsTable | undefined> {
    const { market, signals, ask, onError } = this.needs;
    const [newest] = await signals.list({ symbol, to: asOf + 1 }, 1, null);
    if (!ask || (newest && asOf - newest.timestamp < FRESH_MS)) return newest;
    try {
      await ask(symbol, agentId);
    } catch (error) {
      onError?.(error); // the cycle goes on with what there is
      return newest;
    }
    return (await signals.list({ symbol, to: Math.max(asOf, market.lastTimeOf(symbol) ?? asOf) + 1 }, 1, null))[0];
  }

  /** What a file that runs again has not lived through yet is left out. */
  private async lessons(accountId: string, asOf: number): Promise<readonly Lesson[]> {
    const rows = await this.needs.db.selectFrom('reflections').select(['symbol', 'at', 'outcome_return', 'thought', 'happened', 'change'])
      .where('account_id', '=', accountId).where('at', '<=', asOf).orderBy('at', 'desc').orderBy('reflection_id', 'desc').limit(LESSONS).execute();
    return rows.map(({ outcome_return: outcomeReturn, ...rest }) => ({ ...rest, outcomeReturn }));
  }
}

interface SignalBody {
  readonly agents_consensus: { readonly consensus_strength: string };
  readonly metadata: { readonly reasoning: readonly string[]; readonly dissent: readonly string[] };
}

function panelSignal({ action, confidence, price, timestamp, body }: SignalsTable): PanelSignal {
  const { agents_consensus: consensus, metadata } = JSON.parse(body) as SignalBody;
  return { action, confidence, strength: consensus.consensus_strength, price, at: timestamp, reasoning: metadata.reasoning, dissent: metadata.dissent };
}
