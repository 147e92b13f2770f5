import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { until } from '../../test/support/until.js';
import { Leases } from './leases.js';
import { Sweeper, type Sweep } from './sweeper.js';

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('sweeping on %s', (_name, fresh) => {
  let db: FreshDatabase;
  const sweepers: Sweeper[] = [];
  let faults: Error[];
  beforeEach(async () => {
    db = await fresh();
    faults = [];
  });
  afterEach(async () => {
    await Promise.all(sweepers.splice(0).map((each) => each.stop()));
    await db.drop();
  });

  function sweeper(sweeps: readonly Sweep[], node: string | null = null, everyMs?: number): Sweeper {
    const made = new Sweeper({ sweeps, cluster: node === null ? null : { leases: new Leases(db), node }, onFault: (fault) => faults.push(fault), ...(everyMs !== undefined && { everyMs }) });
    sweepers.push(made);
    return made;
  }
  /** Changes one row a batch, for so many batches. */
  const batches = (count: number, after: () => void = () => undefined): Sweep => ({
    async *sweep() {
      for (let at = 0; at < count; at += 1) {
        yield 1;
        after();
      }
    },
  });

  test('of a cluster\'s nodes one sweeps, the same again, and another once it is gone', async () => {
    const [one, two] = [sweeper([batches(3)], 'one'), sweeper([batches(3)], 'two')];
    expect(await one.sweep()).toBe(3);
    expect(await two.sweep()).toBeNull();
    expect(await one.sweep()).toBe(3);
    await one.stop();
    expect(await two.sweep()).toBe(3);
  });

  test('who has lost the lease stops after the batch in hand', async () => {
    const leases = new Leases(db);
    let swept = 0;
    const one = sweeper([{
      async *sweep() {
        for (;;) {
          swept += 1;
          await db.kysely.updateTable('leases').set({ expires_at: 0 }).execute();
          await leases.acquire('retention', 'two', 60_000);
          yield 1;
        }
      },
    }], 'one');
    expect(await one.sweep()).toBe(1);
    expect(swept).toBe(1);
  });

  test('it ends with the batch in hand when it is stopped', async () => {
    let swept = 0;
    const endless = sweeper([batches(Infinity, () => { swept += 1; })]);
    endless.start();
    await until(() => swept > 2, 'it sweeps');
    const then = swept;
    await endless.stop();
    expect(swept - then).toBeLessThanOrEqual(1);
  });

  test('what fails is said, and tried again at the next sweep', async () => {
    let times = 0;
    sweeper([{
      async *sweep(): AsyncGenerator<number> {
        times += 1;
        if (times === 1) throw new Error('away');
      },
    }], null, 5).start();
    await until(() => times > 1, 'it is tried again');
    expect(faults.map(({ message, cause }) => [message, (cause as Error).message])).toEqual([['Old rows could not be swept; the next sweep tries again', 'away']]);
  });
});
