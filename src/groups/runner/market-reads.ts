import { boundedFetch } from '../../analysts/llm/bounded-fetch.js';
import { instrumentKey } from '../../model/instrument.js';
import type { HeardEvent, RunnerGroup } from './heard.js';
import type { Account, Headline, Held, PanelSignal, Row, Situation } from './situation.js';

const WITHIN_MS = 5_000;
const MOST_BYTES = 4 * 1024 * 1024;
const CANDLES = 200;
const INDICATORS = 10;
const NEWS = 20;
const PAGE = 500;

const fetchBounded = boundedFetch(MOST_BYTES);
const rowsIn = (body: unknown): readonly Row[] => {
  const items = Array.isArray(body) ? (body as unknown[]) : (body as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? items.filter((item): item is Row => typeof item === 'object' && item !== null) : [];
};
const num = (value: unknown): number => (typeof value === 'number' ? value : NaN);
const str = (value: unknown): string => (typeof value === 'string' ? value : '');
const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** Gathers over REST what members look at. */
export class MarketReads {
  /**
   * @param base such as `http://127.0.0.1:8000`
   * @param token bearer token, where the server wants one; null: none
   * @param now wall time, epoch milliseconds
   */
  constructor(private readonly base: string, private readonly token: string | null, private readonly now: () => number) {}

  /** Never rejects: what cannot be read is null, and `missing` says why. */
  async about(group: RunnerGroup, event: HeardEvent, symbol: string, openOrders: number, stopped: AbortSignal): Promise<Situation> {
    const missing: string[] = [];
    const read = (what: string, path: string, whole = false): Promise<unknown> => (whole ? this.readAll(path, stopped) : this.read(path, stopped)).catch((error: unknown) => {
      missing.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
      return null;
    });
    const of = `symbol=${encodeURIComponent(symbol)}`;
    const instrument = rowsIn(await read('the symbol', '/api/symbols', true)).find((row) => instrumentKey(str(row['symbol'])) === instrumentKey(symbol));
    const interval = intervalOf(instrument, group.interval);
    const series = interval === null ? of : `${of}&interval=${encodeURIComponent(interval)}`;
    const account = group.accountId === null ? null : encodeURIComponent(group.accountId);
    const [prices, candles, indicators, structure, signals, news, accounts, positions] = await Promise.all([
      read('the price', `/api/market/prices?symbols=${encodeURIComponent(symbol)}`),
      read('candles', `/api/market/candles?${series}&limit=${CANDLES}`), read('indicators', `/api/market/indicators?${series}&limit=${INDICATORS}`),
      read('market structure', `/api/market/structure?${series}`), read('signals', `/api/signals?${of}&limit=1`), read('news', `/api/news?${of}&limit=${NEWS}`),
      account === null ? null : read('accounts', '/api/accounts', true), account === null ? null : read('positions', `/api/positions?account=${account}`, true),
    ]);
    const last = rowsIn(prices)[0];
    const all = positions === null ? null : rowsIn(positions);
    return {
      group, event, symbol: str(instrument?.['symbol']) || symbol, interval: interval ?? '', tickSize: finite(instrument?.['tick_size']) ?? 0,
      price: finite(last?.['price']), asOf: Date.parse(str(last?.['timestamp'])) || this.now(), candles: rowsIn(candles), indicators: rowsIn(indicators),
      structure: structure as Row | null, signal: signalIn(rowsIn(signals)[0]), news: news === null ? null : rowsIn(news).map(headlineIn),
      account: accountIn(rowsIn(accounts).find((row) => row['account_id'] === group.accountId), all ?? []),
      held: all && all.filter((row) => instrumentKey(str(row['symbol'])) === instrumentKey(symbol)).map(heldIn), openOrders, missing,
    };
  }

  /** All rows of a list, page by page. */
  private async readAll(path: string, stopped: AbortSignal): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let cursor = ''; ;) {
      const page = await this.read(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${cursor}`, stopped);
      rows.push(...rowsIn(page));
      const next = (page as { next?: unknown } | null)?.next;
      if (typeof next !== 'string') return rows;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  /** @throws Error in words that say what was refused */
  private async read(path: string, stopped: AbortSignal): Promise<unknown> {
    const response = await fetchBounded(`${this.base}${path}`, {
      signal: AbortSignal.any([stopped, AbortSignal.timeout(WITHIN_MS)]), headers: this.token === null ? {} : { authorization: `Bearer ${this.token}` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status}${/"code":"(\w+)"/.exec(text)?.[1]?.replace(/^/, ' ') ?? ''}`);
    return JSON.parse(text) as unknown;
  }
}

/** The group's own where the server keeps it, else what its analysts see. */
function intervalOf(instrument: Row | undefined, wanted: string): string | null {
  const kept = instrument?.['intervals'];
  return Array.isArray(kept) && kept.includes(wanted) ? wanted : str(instrument?.['interval']) || null;
}

const signalIn = (row: Row | undefined): PanelSignal | null =>
  row === undefined ? null : { action: str(row['action']), confidence: finite(row['confidence']) ?? 0, validUntil: Date.parse(str(row['valid_until'])) || 0 };

const headlineIn = (row: Row): Headline =>
  ({ id: str(row['id']), title: str(row['title']), summary: str(row['summary']), source: str(row['source']), publishedAt: Date.parse(str(row['published_at'])) || 0 });

const heldIn = (row: Row): Held => ({
  side: str(row['side']).toUpperCase() === 'SHORT' ? 'SHORT' : 'LONG', quantity: num(row['quantity']), entryPrice: num(row['entry_price']),
  markPrice: num(row['mark_price']), pnlPercentage: finite(row['pnl_percentage']) ?? 0,
});

const accountIn = (row: Row | undefined, positions: readonly Row[]): Account | null => (row === undefined ? null : {
  mode: str(row['mode']), state: str(row['state']) || 'ACTIVE', equity: num(row['total_balance']), available: num(row['available_balance']),
  exposure: positions.reduce((sum, { quantity, mark_price: mark }) => sum + Math.abs(num(quantity) * num(mark)), 0),
});
