import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompiledQuery, type KyselyPlugin } from 'kysely';
import { freshPostgres, type FreshDatabase } from '../../test/support/databases.js';
import { TradingReads } from './trading-reads.js';

let db: FreshDatabase;
beforeAll(async () => { db = await freshPostgres(); });
afterAll(() => db.drop());

/** How the database would go about what is asked, if there were many rows. */
async function plan(ask: (reads: TradingReads) => Promise<unknown>): Promise<string> {
  const asked: CompiledQuery[] = [];
  const ear: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      asked.push(db.kysely.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await ask(new TradingReads(db.kysely.withPlugin(ear)));
  return db.kysely.connection().execute(async (one) => {
    for (const setting of ['enable_seqscan', 'enable_sort', 'enable_bitmapscan', 'enable_incremental_sort']) await one.executeQuery(CompiledQuery.raw(`set ${setting} = off`));
    const { rows } = await one.executeQuery(CompiledQuery.raw(`explain ${asked[0]!.sql}`, [...asked[0]!.parameters]));
    return (rows as Record<string, string>[]).flatMap((row) => Object.values(row)).join('; ');
  });
}

describe('lists of orders and decisions, however many there are', () => {
  it.each<[string, (reads: TradingReads) => Promise<unknown>]>([
    ['orders', (reads) => reads.orders({}, 50, undefined)], ['orders of a symbol', (reads) => reads.orders({ symbol: 'AAPL' }, 50, undefined)],
    ['orders of an account', (reads) => reads.orders({ account: 'main' }, 50, undefined)],
    ['decisions', (reads) => reads.decisions({}, 50, undefined)], ['decisions of a symbol', (reads) => reads.decisions({ symbol: 'AAPL' }, 50, undefined)],
    ['decisions of an account', (reads) => reads.decisions({ account: 'main' }, 50, undefined)],
  ])('%s are read in the order of an index, and not sorted', async (_name, ask) => {
    const found = await plan(ask);
    expect(found).toMatch(/Index Scan/);
    expect(found).not.toMatch(/Sort/);
  });
});
