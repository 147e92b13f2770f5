import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/storage/database.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';

const TYPESCRIPT = new URL('../support/typescript.mjs', import.meta.url);
const HOLD = new URL('../support/hold-database.ts', import.meta.url);

let db: FreshDatabase;
beforeEach(async () => { db = await freshSqlite(); });
afterEach(async () => { await db.drop(); });

/** Another process that opens the folder: says `holding` or dies with the reason. */
const another = (): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, ['--import', TYPESCRIPT.href, fileURLToPath(HOLD), db.options.dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });

it('keeps a second process out, with the folder and the remedy', async () => {
  const child = another();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const [code] = await once(child, 'close') as [number];
  expect(code).not.toBe(0);
  expect(said).toContain(`Another Conclave is running on ${db.options.dataDir}`);
  expect(said).toMatch(/DATA_DIR.*DATABASE_URL and REDIS_URL/);
});

it('keeps a second opener of the same process out too', async () => {
  await expect(openDatabase(db.options)).rejects.toThrow(/Another Conclave is running/);
});

it('opens after kill -9 of the holder, with all that it had committed', async () => {
  await db.close();
  const child = another();
  await once(child.stdout, 'data');
  await expect(openDatabase(db.options)).rejects.toThrow(/Another Conclave is running/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const again = await openDatabase(db.options);
  expect(await again.kysely.selectFrom('rooms').select(['room', 'head']).execute()).toEqual([{ room: 'symbol:HELD', head: 7 }]);
  await again.close();
});

it('refuses what the driver would store as something else, and lives on', async () => {
  const store = (head: unknown): Promise<unknown> =>
    db.kysely.insertInto('rooms').values({ room: 'symbol:ODD', epoch: 'e', head: head as number }).execute();
  for (const odd of [true, NaN, Infinity, new Date(), {}, 2n ** 70n]) await expect(store(odd)).rejects.toThrow();
  expect(await db.kysely.selectFrom('rooms').selectAll().execute()).toEqual([]);
});

it('prepares again what a change of the schema has outdated', async () => {
  const select = db.kysely.selectFrom('rooms').selectAll();
  await db.kysely.insertInto('rooms').values({ room: 'symbol:A', epoch: 'e' }).execute();
  await select.execute();
  await db.kysely.schema.alterTable('rooms').addColumn('more', 'integer').execute();
  expect(await select.execute()).toEqual([{ room: 'symbol:A', epoch: 'e', head: 0, more: null }]);
});

it('says the remedy where DATA_DIR cannot be made', async () => {
  const file = join(db.options.dataDir, 'a-file');
  writeFileSync(file, '');
  await expect(openDatabase({ dataDir: join(file, 'below'), databaseUrl: null })).rejects.toThrow(/DATA_DIR .* a folder that this user can write/);
});
