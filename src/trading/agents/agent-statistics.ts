import type { Kysely } from 'kysely';
import { decimal } from '../../model/decimal.js';
import type { AgentPerformance } from '../../model/wire/trading.js';
import type { Schema } from '../../storage/schema.js';
import type { ClosedTradesTable } from '../../storage/trading-schema.js';
import type { EquityPoint, EquityPoints } from '../portfolio/equity-points.js';
import { thinnedBefore } from '../portfolio/equity-thinning.js';
import type { AccountView } from '../trading.js';
import { analyticsOf, type Analytics } from './analytics.js';
import { performanceOf } from './performance.js';

/** About five weeks of points, a minute each. */
const MOST_POINTS = 50_000;
const MOST_TRADES = 10_000;

/** An account with what it began with and what it is worth now. */
type Worth = Pick<AccountView, 'accountId' | 'initial'> & { readonly totals: Pick<AccountView['totals'], 'equity'> };

interface Past {
  readonly key: string;
  readonly trades: readonly ClosedTradesTable[];
  readonly points: readonly EquityPoint[];
}

/** What accounts have done so far, of their newest 10,000 trades and 50,000 points. What was read serves until there is something newer. */
export class AgentStatistics {
  readonly #past = new Map<string, Past>();

  /** @param hourlyDays of market time before the newest point, of which there is one each hour (`EquityThinning`); 0: of all */
  constructor(private readonly db: Kysely<Schema>, private readonly points: Pick<EquityPoints, 'latest' | 'newest'>, private readonly hourlyDays = 0) {}

  async performance({ accountId, initial, totals: { equity } }: Worth): Promise<AgentPerformance> {
    const { trades, points } = await this.#read(accountId);
    const newest = points.at(-1)?.at;
    const hourlyFrom = this.hourlyDays > 0 && newest !== undefined ? thinnedBefore(newest, this.hourlyDays) : -Infinity;
    return performanceOf({ initial, equity, points, hourlyFrom, trades: trades.map(({ pnl }) => ({ pnl: decimal(pnl) })) });
  }

  async analytics({ accountId }: Pick<AccountView, 'accountId'>): Promise<Analytics> {
    const { trades } = await this.#read(accountId);
    return analyticsOf(trades.map(({ symbol, pnl, opened_at: openedAt }) => ({ symbol, pnl: decimal(pnl), openedAt })));
  }

  /** Newest first. */
  trades(accountId: string, limit: number): Promise<readonly ClosedTradesTable[]> {
    return this.db.selectFrom('closed_trades').selectAll().where('account_id', '=', accountId)
      .orderBy('closed_at', 'desc').orderBy('trade_id', 'desc').limit(limit).execute();
  }

  async #read(accountId: string): Promise<Past> {
    const [newest] = await this.trades(accountId, 1);
    const key = `${newest?.closed_at} ${newest?.trade_id} ${await this.points.newest(accountId)}`;
    const known = this.#past.get(accountId);
    if (known?.key === key) return known;
    const trades = [...await this.trades(accountId, MOST_TRADES)].reverse();
    const past = { key, trades, points: await this.points.latest(accountId, MOST_POINTS) };
    this.#past.set(accountId, past);
    return past;
  }
}
