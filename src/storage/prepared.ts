import { CompiledQuery, type Compilable, type Kysely } from 'kysely';
import type { Schema } from './schema.js';

const SIZES = [64, 16, 4, 1] as const;

/**
 * One statement for many rows, in a few fixed sizes, so that each text is compiled by Kysely and prepared by the
 * database once. `parameters` gives a row's values in the order in which `build` names them.
 */
export class PreparedRows<Row, Result = never> {
  private readonly texts = new Map<number, string>();

  constructor(
    private readonly build: (db: Kysely<Schema>, rows: readonly Row[]) => Compilable,
    private readonly parameters: (row: Row) => readonly unknown[],
  ) {}

  async execute(db: Kysely<Schema>, rows: readonly Row[]): Promise<Result[]> {
    const results: Result[] = [];
    for (let at = 0; at < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - at)!;
      const part = rows.slice(at, at + size);
      const { rows: found } = await db.executeQuery(CompiledQuery.raw(this.text(db, part), part.flatMap(this.parameters)) as CompiledQuery<Result>);
      for (const row of found) results.push(row);
      at += size;
    }
    return results;
  }

  private text(db: Kysely<Schema>, part: readonly Row[]): string {
    const known = this.texts.get(part.length);
    if (known !== undefined) return known;
    const { sql } = this.build(db, part).compile();
    this.texts.set(part.length, sql);
    return sql;
  }
}
