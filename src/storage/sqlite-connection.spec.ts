import { expect, it } from '@jest/globals';
import { CompiledQuery } from 'kysely';
import Sqlite from 'libsql';
import { SqliteConnection } from './sqlite-connection.js';

it('prepares a text once while it is in use, and forgets the one that was used longest ago', async () => {
  const db = new Sqlite(':memory:');
  const prepared: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = ((text: string) => {
    prepared.push(text);
    return prepare(text);
  }) as typeof db.prepare;
  const connection = new SqliteConnection(db);
  const ask = (n: number) => connection.executeQuery<{ n: number }>(CompiledQuery.raw(`select ${n} as n`));

  for (let n = 0; n < 256; n++) await ask(n);
  await ask(0); // now the newest
  expect(await ask(256)).toEqual({ rows: [{ n: 256 }] }); // pushes 1 out
  expect(prepared).toHaveLength(257);
  await ask(0);
  expect(prepared).toHaveLength(257);
  await ask(1);
  expect(prepared).toHaveLength(258);
});

it('counts the rows that a statement changed', async () => {
  const db = new Sqlite(':memory:');
  const connection = new SqliteConnection(db);
  await connection.executeQuery(CompiledQuery.raw('create table t (a)'));
  expect(await connection.executeQuery(CompiledQuery.raw('insert into t values (?), (?)', [1, null]))).toEqual({ rows: [], numAffectedRows: 2n });
  expect(await connection.executeQuery(CompiledQuery.raw('delete from t where a = ?', [3]))).toEqual({ rows: [], numAffectedRows: 0n });
});
