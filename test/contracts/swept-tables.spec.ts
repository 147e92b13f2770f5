import { describe, expect, test } from '@jest/globals';
import { sql, type Kysely } from 'kysely';
import { v7 as timeOrderedId } from 'uuid';
import { RunRetention } from '../../src/journal/run-retention.js';
import { Sweeper } from '../../src/storage/sweeper.js';
import { CycleRetention } from '../../src/trading/agents/cycle-retention.js';
import { EquityThinning } from '../../src/trading/portfolio/equity-thinning.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';

const DAY = 86_400_000;
const OLD = timeOrderedId({ msecs: 1000 });

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('what sweeps change on %s', (_name, fresh) => {
  async function tables({ kysely }: FreshDatabase) {
    return (await kysely.introspection.getTables()).filter(({ name }) => !name.startsWith('kysely_'));
  }
  async function contents(db: FreshDatabase): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const { name } of await tables(db)) found.set(name, JSON.stringify((await sql`select * from ${sql.table(name)} order by 1, 2`.execute(db.kysely)).rows));
    return found;
  }

  test('runs\' inputs with their calls, agents\' inputs and points of equity: decisions, orders, fills and all else stay for ever', async () => {
    const db = await fresh();
    const any = db.kysely as unknown as Kysely<Record<string, Record<string, unknown>>>;
    const add = async (table: string, more: Record<string, unknown> = {}): Promise<void> => {
      const { columns } = (await tables(db)).find(({ name }) => name === table)!;
      const values = Object.fromEntries(columns.map(({ name, dataType }) => [name, !/text|char/i.test(dataType) ? 0 : name.endsWith('_id') ? OLD : '1']));
      await any.insertInto(table).values({ ...values, ...more }).execute();
    };
    // an old row in every table that there is
    for (const { name } of await tables(db)) await add(name);
    await add('agent_cycles', { cycle: 1 });
    await add('agent_cycles', { cycle: 2, as_of: 900 * DAY });
    for (const at of [1, 2, 900 * DAY]) await add('equity_points', { at });
    const before = await contents(db);
    expect(before.size).toBeGreaterThan(40);
    for (const rows of before.values()) expect(rows).not.toBe('[]');
    const sweeper = new Sweeper({
      sweeps: [new RunRetention(db.kysely, 1), new CycleRetention(db.kysely, 1), new EquityThinning(db.kysely, { allDays: 1, hourlyDays: 2 })], cluster: null, onFault: (fault) => { throw fault; },
    });
    expect(await sweeper.sweep()).toBe(1 + 1 + 1);
    const after = await contents(db);
    expect([...before.keys()].filter((name) => after.get(name) !== before.get(name)).sort()).toEqual(['agent_cycles', 'equity_points', 'model_calls', 'run_inputs']);
    await db.drop();
  });
});
