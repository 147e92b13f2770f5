import { createHash } from 'node:crypto';
import { sql, type Insertable, type Kysely, type Selectable } from 'kysely';
import type { NewsItem } from '../../model/news-item.js';
import type { NewsItemsTable, Schema } from '../../storage/schema.js';
import type { Place } from '../tail.js';

/** A news item before it has an id. */
export type NewNews = Omit<NewsItem, 'id'>;
export type NewsRow = Selectable<NewsItemsTable>;

const ROWS_AT_ONCE = 50;
/** Words that say where a click came from, and nothing of the page. */
const TRACKING = /^(utm_\w+|fbclid|gclid|mc_[ce]id|ref|cmpid|guccounter)$/i;

/** The rows of `news_items`. An item that is there already, by title and address, adds nothing. */
export class NewsStore {
  constructor(private readonly db: Kysely<Schema>) {}

  /** Those that were new, in the order of the list. `seenAt`: wall time. */
  async add(items: readonly NewNews[], seenAt: number): Promise<readonly NewsItem[]> {
    const rows = new Map(items.map((item) => toRow(item, seenAt)).map((row) => [row.fingerprint, row]));
    const added: NewsItem[] = [];
    const all = [...rows.values()];
    for (let at = 0; at < all.length; at += ROWS_AT_ONCE) {
      const inserted = await this.db.insertInto('news_items').values(all.slice(at, at + ROWS_AT_ONCE))
        .onConflict((conflict) => conflict.doNothing()).returningAll().execute();
      added.push(...inserted.map(fromRow));
    }
    return added;
  }

  async embed(id: string, model: string, vector: readonly number[]): Promise<void> {
    await this.db.updateTable('news_items').set({ embedding: JSON.stringify({ model, vector }) }).where('id', '=', id).execute();
  }

  /** By when they were published, newest first, behind the place; of one symbol with those of the market as a whole. */
  async newest(limit: number, before: Place | null, symbol: string | null = null): Promise<readonly NewsRow[]> {
    let query = this.db.selectFrom('news_items').selectAll();
    // `symbols` is JSON text: a quoted symbol occurs in it only as a whole one
    if (symbol !== null) query = query.where(({ or, eb }) => or([eb('symbols', '=', '[]'), sql<boolean>`symbols like ${quoted(symbol)} escape '!'`]));
    if (before) {
      query = query.where('published_at', '<=', before.at)
        .where(({ eb, or }) => or([eb('published_at', '<', before.at), eb('id', '<', before.id)]));
    }
    return query.orderBy('published_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  }

  /** By when they were seen, oldest first, behind the place. */
  async seenAfter({ at, id }: Place, limit: number): Promise<readonly NewsRow[]> {
    return this.db.selectFrom('news_items').selectAll().where('seen_at', '>=', at)
      .where(({ eb, or }) => or([eb('seen_at', '>', at), eb('id', '>', id)]))
      .orderBy('seen_at').orderBy('id').limit(limit).execute();
  }
}

export const fromRow = (row: NewsRow): NewsItem => ({
  id: row.id, title: row.title, summary: row.summary, source: row.source, url: row.url,
  publishedAt: row.published_at, symbols: JSON.parse(row.symbols) as string[],
});

/** The item's vector by this model; null: none. */
export function embeddingOf({ embedding }: NewsRow, model: string | null): readonly number[] | null {
  if (embedding === null || model === null) return null;
  const stored = JSON.parse(embedding) as { model: string; vector: number[] };
  return stored.model === model ? stored.vector : null;
}

function toRow({ title, summary, source, url, publishedAt, symbols }: NewNews, seenAt: number): Insertable<NewsItemsTable> {
  const fingerprint = createHash('sha256').update(`${normalTitle(title)}\n${url === null ? '' : normalUrl(url)}`).digest('hex');
  return {
    id: `news-${fingerprint.slice(0, 16)}`, fingerprint, title, summary, source, url,
    published_at: publishedAt, seen_at: seenAt, symbols: JSON.stringify(symbols),
  };
}

const quoted = (symbol: string): string => `%${JSON.stringify(symbol).replace(/[!_%]/g, '!$&')}%`;

const normalTitle = (title: string): string => title.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

function normalUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) return text;
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${url.host.replace(/^www\./, '')}${url.pathname.replace(/\/$/, '')}?${new URLSearchParams(kept).toString()}`;
}
