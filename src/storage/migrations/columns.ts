import { sql } from 'kysely';

export type SqlDialect = 'sqlite' | 'postgres';

/**
 * Column types and table endings of one dialect. SQLite tables are STRICT, so that both databases refuse
 * a fraction where an integer belongs; PostgreSQL's text has collation "C", so that both sort alike.
 */
export const columns = (dialect: SqlDialect) =>
  dialect === 'sqlite'
    ? { text: sql`text`, integer: sql`integer`, real: sql`real`, end: sql`strict` }
    : { text: sql`text collate "C"`, integer: sql`bigint`, real: sql`double precision`, end: sql`` };
