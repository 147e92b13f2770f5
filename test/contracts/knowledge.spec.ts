import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Situations, type SituationRow } from '../../src/knowledge/situations.js';
import { situationVector, VECTOR_VERSION } from '../../src/knowledge/situation-vector.js';
import { Embedder } from '../../src/knowledge/news/embedder.js';
import { NewsIndex } from '../../src/knowledge/news/news-index.js';
import { News } from '../../src/knowledge/news/news.js';
import { NewsStore, type NewNews } from '../../src/knowledge/news/news-store.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';
import { viewOf } from '../support/views.js';

const view = viewOf();
const vector = situationVector(view)!;
const HOUR = 3_600_000;

const row = (id: string, hoursAgo: number, more: Partial<SituationRow> = {}): SituationRow => ({
  signal_id: id, run_id: `run-${id}`, symbol: 'TEST', interval: '1m', source: 'simulated', as_of: view.asOf - hoursAgo * HOUR, candle_time: view.asOf - hoursAgo * HOUR,
  action: 'BUY', horizon_bars: 30, target_price: null, stop_loss: null, band: 0.01, cost: 0.001, stances: '{}', version: VECTOR_VERSION, vector: JSON.stringify(vector),
  touched: null, status: 'resolved', resolved_at: view.asOf - hoursAgo * HOUR + HOUR / 2, outcome_return: 0.02, outcome: 'UP', correct: 1, scores: '{}', created_at: 1, settled_at: 1000, ...more,
});

const item = (title: string, more: Partial<NewNews> = {}): NewNews => ({ title, summary: '', source: 'wire', url: `https://a.example/${title.length}`, publishedAt: 1000, symbols: [], ...more });

/** Vectors of a text's length, unless it is told to fail. */
class Lengths extends Embedder {
  readonly model = 'lengths';
  failing = false;
  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    if (this.failing) throw new Error('no embeddings today');
    return texts.map((text) => [text.includes('Apple') ? 1 : 0, 1]);
  }
}

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('knowledge on %s', (_name, fresh) => {
  let db: FreshDatabase;
  const errors: unknown[] = [];
  beforeAll(async () => { db = await fresh(); });
  beforeEach(async () => { for (const table of ['situations', 'news_items'] as const) await db.kysely.deleteFrom(table).execute(); });
  afterAll(async () => {
    await db.drop();
    expect(errors).toEqual([]);
  });
  const situations = async (shared: boolean, capacity?: number): Promise<Situations> => {
    const made = new Situations(db.kysely, (error) => errors.push(error), capacity);
    await made.start({ shared });
    return made;
  };
  const put = (of: Situations, ...rows: SituationRow[]) => db.kysely.transaction().execute(async (tx) => { for (const each of rows) await of.insert(tx, each); });
  const found = (of: Situations, k?: number) => of.similar(view, k).map(({ signalId }) => signalId);

  it('finds after a start what was resolved by the view\'s time, of its kind, interval and version only', async () => {
    const first = await situations(false);
    await put(first, row('a', 3), row('late', 0.25), row('pending', 9, { status: null, resolved_at: null, outcome_return: null, outcome: null, settled_at: null }),
      row('unknown', 10, { status: 'unknown', outcome_return: null, outcome: null }), row('real', 11, { source: 'replay' }), row('hourly', 12, { interval: '1h' }),
      row('old', 13, { version: VECTOR_VERSION + 1 }), row('cold', 14, { vector: null }), row('b', 5, { symbol: 'OTHER' }));
    expect(found(first)).toEqual([]);
    expect(found(await situations(false))).toEqual(['a', 'b']);
    expect(found(await situations(false), 1)).toEqual(['a']);
    expect((await first.find('b'))?.symbol).toBe('OTHER');
  });

  it('stores a situation once', async () => {
    const store = await situations(false);
    await put(store, row('a', 3));
    await put(store, row('a', 4));
    expect(await db.kysely.selectFrom('situations').select('as_of').execute()).toEqual([{ as_of: view.asOf - 3 * HOUR }]);
  });

  it('follows what other nodes resolve, page by page, also where a row comes late', async () => {
    const node = await situations(true);
    await put(node, ...Array.from({ length: 2100 }, (_, at) => row(`s${at}`, at + 2, { settled_at: 10_000 + (at % 7) })));
    await node.refresh();
    expect(found(node)).toEqual(['s0', 's1', 's2', 's3', 's4']);
    await put(node, row('late', 1, { settled_at: 8000 })); // by a clock that is behind
    await node.refresh();
    expect(found(node, 1)).toEqual(['late']);
    await node.stop();
  });

  it('keeps the newest of them', async () => {
    await put(await situations(false), ...[2, 3, 4, 5].map((hours) => row(`s${hours}`, hours, { settled_at: 1000 - hours })));
    expect(found(await situations(false, 2))).toEqual(['s2', 's3']);
  });

  const news = async (embedder: Embedder | null, shared = false) => {
    const states: string[] = [];
    const made = new News({
      store: new NewsStore(db.kysely), index: new NewsIndex(), embedder,
      onEmbeddings: (error) => states.push(error?.message ?? 'again'), onError: (error) => errors.push(error),
    });
    await made.start({ shared });
    return { news: made, states };
  };

  it('keeps a news item once, whatever its spelling and its tracking, under one id', async () => {
    const { news: store } = await news(null);
    const [first] = await store.add([item('Apple rises!', { url: 'https://www.a.example/x/?utm_source=y&id=7' })], 5);
    expect(await store.add([item('APPLE  rises', { url: 'https://a.example/x?id=7#top', publishedAt: 9 }), item('Apple rises', { url: 'https://a.example/x?id=8' })], 6)).toHaveLength(1);
    expect(await store.add([item('Apple rises!', { url: 'https://www.a.example/x/?utm_source=y&id=7' })], 7)).toEqual([]);
    expect(first).toMatchObject({ title: 'Apple rises!', publishedAt: 1000 });
    const { news: next } = await news(null);
    expect((await next.about({ asOf: 1000, maxAgeMs: 10_000, limit: 9, text: 'apple' })).map(({ id }) => id)).toContain(first!.id);
  });

  it('pages through the news of a symbol and of the market, newest first', async () => {
    const { news: store } = await news(null);
    await store.add([...Array.from({ length: 120 }, (_, at) => item(`a ${at}`, { publishedAt: 1000 + at, symbols: ['A_B'] })), item('other', { symbols: ['AXB'] }), item('market', { publishedAt: 5000 })], 5);
    const first = await store.page(50, null, 'A_B');
    const rest = await store.page(500, { at: first.at(-1)!.publishedAt, id: first.at(-1)!.id }, 'A_B');
    const titles = [...first, ...rest].map(({ title }) => title);
    expect(titles).toEqual(['market', ...Array.from({ length: 120 }, (_, at) => `a ${119 - at}`)]);
    expect(await store.page(500, null, null)).toHaveLength(122);
  });

  it('embeds what it keeps, keeps the vectors, and goes by words while the provider fails, which it says once', async () => {
    const lengths = new Lengths();
    const { news: store, states } = await news(lengths);
    await store.add([item('Apple rises'), item('A bank fails')], 5);
    await store.idle();
    expect(await db.kysely.selectFrom('news_items').select('embedding').where('embedding', 'is', null).execute()).toEqual([]);
    const ask = { asOf: 1000, maxAgeMs: 10_000, limit: 1 };
    const { news: next, states: said } = await news(lengths);
    expect(await next.about({ ...ask, text: 'Apple' })).toMatchObject([{ title: 'Apple rises' }]);
    lengths.failing = true;
    expect(await next.about({ ...ask, text: 'which bank' })).toMatchObject([{ title: 'A bank fails' }]);
    await next.add([item('A third one')], 6);
    await next.idle();
    lengths.failing = false;
    await next.about({ ...ask, text: 'Apple' });
    expect(said).toEqual(['no embeddings today', 'again']);
    expect(states).toEqual([]);
  });
});
