import { sql, type Kysely } from 'kysely';
import type { ModelsConfig } from '../config/config.js';
import type { Schema } from '../storage/schema.js';
import type { BudgetBook } from './budget-book.js';
import { utcDay } from './budget.sql.js';
import { NANO } from './budget.js';
import { costSeries, type Bucket, type CostPoint } from './cost-series.js';

const DAY_MS = 86_400_000;
/** Clients without a token are a requester each: of the day's symbols and requesters the dearest are shown. */
const MOST_SCOPES = 1000;

/** USD; what is reserved for calls under way counts as spent. */
interface Spending {
  readonly spent: number;
  readonly limit: number;
  readonly left: number;
}

export interface Today {
  /** UTC, `2026-01-31`. */
  readonly date: string;
  readonly day: Spending;
  /** Dearest first. */
  readonly symbols: readonly ({ readonly symbol: string } & Spending)[];
  readonly requesters: readonly ({ readonly requester: string } & Spending)[];
}

interface Sum {
  calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  usd: number;
}

type Named<Name extends string> = Readonly<Record<Name, string> & Sum>;

/** What was booked for calls of a range of wall time; a server that did not say its tokens adds none. */
export interface Costs {
  readonly total: Sum;
  readonly by_day: readonly Named<'day'>[];
  readonly by_model: readonly Named<'model'>[];
  readonly by_agent: readonly Named<'agent'>[];
  readonly by_symbol: readonly Named<'symbol'>[];
}

/** The cost ledger: `budgets` for today's limits, the decision log for what was spent on what. */
export class CostLedger {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly book: BudgetBook,
    private readonly limits: ModelsConfig['budgets'],
    /** Wall time, epoch milliseconds. */
    private readonly clock: () => number,
  ) {}

  async today(): Promise<Today> {
    const date = utcDay(this.clock());
    const balances = await this.book.balances(date, MOST_SCOPES);
    const of = (prefix: string): readonly (readonly [string, number])[] =>
      balances.flatMap(({ scope, nano_usd: nano }) => (scope.startsWith(prefix) ? [[scope.slice(prefix.length), nano] as const] : []));
    return {
      date,
      day: spending(balances.find(({ scope }) => scope === 'day')?.nano_usd ?? 0, this.limits.day),
      symbols: of('symbol:').map(([symbol, nano]) => ({ symbol, ...spending(nano, this.limits.symbol) })),
      requesters: of('requester:').map(([requester, nano]) => ({ requester, ...spending(nano, this.limits.requester) })),
    };
  }

  /** Of the calls that began from `from` (inclusive) to `to` (exclusive), wall time; sums are read a day at a time, as SQLite reads in the loop's thread. */
  async between(from: number, to: number): Promise<Costs> {
    const [total, days, models, agents, symbols] = [empty(), new Map<string, Sum>(), new Map<string, Sum>(), new Map<string, Sum>(), new Map<string, Sum>()];
    for (let at = from; at < to; at = nextDay(at)) {
      for (const { model, agent, symbol, ...sum } of await this.sums(at, Math.min(to, nextDay(at)))) {
        for (const each of [total, in_(days, utcDay(at)), in_(models, model), in_(agents, agent), in_(symbols, symbol)]) add(each, sum);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return {
      total: rounded(total),
      by_day: [...days].map(([day, sum]) => ({ day, ...rounded(sum) })),
      by_model: dearestFirst(models).map(([model, sum]) => ({ model, ...sum })),
      by_agent: dearestFirst(agents).map(([agent, sum]) => ({ agent, ...sum })),
      by_symbol: dearestFirst(symbols).map(([symbol, sum]) => ({ symbol, ...sum })),
    };
  }

  /** Tokens and dollars over time: see `costSeries`. */
  series(from: number, to: number, bucket: Bucket): Promise<readonly CostPoint[]> {
    return costSeries(this.db, from, to, bucket);
  }

  /** What one run cost. */
  async ofRun(runId: string): Promise<Sum> {
    const rows = await this.db.selectFrom('model_calls')
      .select(['prompt_tokens', 'completion_tokens', 'total_tokens', 'nano_usd as usd']).where('run_id', '=', runId).execute();
    const total = empty();
    for (const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: all, usd } of rows) {
      add(total, { calls: 1, prompt_tokens: prompt ?? 0, completion_tokens: completion ?? 0, total_tokens: all ?? 0, usd });
    }
    return rounded(total);
  }

  private sums(from: number, to: number) {
    const total = (column: 'prompt_tokens' | 'completion_tokens' | 'total_tokens' | 'nano_usd') =>
      sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`.as(column === 'nano_usd' ? 'usd' : column);
    return this.db.selectFrom('model_calls')
      .select((eb) => ['model', 'agent_id as agent', 'symbol', eb.fn.countAll<number>().as('calls')])
      .select([total('prompt_tokens'), total('completion_tokens'), total('total_tokens'), total('nano_usd')])
      .where('started_at', '>=', from).where('started_at', '<', to)
      .groupBy(['model', 'agent_id', 'symbol'])
      .execute() as Promise<(Sum & { readonly model: string; readonly agent: string; readonly symbol: string })[]>;
  }
}

const nextDay = (time: number): number => (Math.floor(time / DAY_MS) + 1) * DAY_MS;
const empty = (): Sum => ({ calls: 0, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, usd: 0 });

function in_(sums: Map<string, Sum>, name: string): Sum {
  let sum = sums.get(name);
  if (!sum) sums.set(name, (sum = empty()));
  return sum;
}

function add(to: Sum, { calls, prompt_tokens: prompt, completion_tokens: completion, total_tokens: total, usd }: Sum): void {
  to.calls += calls;
  to.prompt_tokens += prompt;
  to.completion_tokens += completion;
  to.total_tokens += total;
  to.usd += usd;
}

/** Sums are of whole nano-dollars until here. */
const rounded = (sum: Sum): Sum => ({ ...sum, usd: sum.usd / NANO });

const dearestFirst = (sums: Map<string, Sum>): (readonly [string, Sum])[] =>
  [...sums].sort(([a, one], [b, other]) => other.usd - one.usd || (a < b ? -1 : 1)).map(([name, sum]) => [name, rounded(sum)]);

const spending = (nano: number, limit: number): Spending => ({
  spent: nano / NANO, limit, left: Math.max(0, Math.round(limit * NANO) - nano) / NANO,
});
