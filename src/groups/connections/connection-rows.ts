import { sql, type Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.js';

/** What has tokens that programs connect with. */
export type Kind = 'group' | 'trigger';
const TABLES = {
  group: { table: 'groups', id: 'group_id', token: sql`token_hash` },
  trigger: { table: 'triggers', id: 'trigger_id', token: sql`case when enabled = 1 then token_hash end` },
} as const;
/** Ids in one statement. */
const CHUNK = 1000;

export interface ConnectionRow {
  readonly id: string;
  readonly connectionId: string | null;
  /** null: revoked, disabled, or deleted. */
  readonly tokenHash: string | null;
}

/** The columns of `groups` and `triggers` that say who is connected: the newest connection has the row. */
export class ConnectionRows {
  private readonly table;
  private readonly id;
  private readonly token;

  constructor(private readonly db: Kysely<Schema>, readonly kind: Kind, private readonly node: string) {
    this.table = sql.table(TABLES[kind].table);
    this.id = sql.ref(TABLES[kind].id);
    this.token = TABLES[kind].token;
  }

  async take(id: string, connectionId: string): Promise<void> {
    const now = Date.now();
    await sql`update ${this.table} set connection_id = ${connectionId}, node = ${this.node}, connected_at = ${now}, seen_at = ${now} where ${this.id} = ${id}`.execute(this.db);
  }

  /** Where another connection has it by now nothing changes. */
  async leave(id: string, connectionId: string): Promise<void> {
    await sql`update ${this.table} set connection_id = null, node = null, seen_at = null where ${this.id} = ${id} and connection_id = ${connectionId}`.execute(this.db);
  }

  async look(ids: readonly string[]): Promise<readonly ConnectionRow[]> {
    const found: ConnectionRow[] = [];
    for (const part of parts(ids)) {
      const { rows } = await sql<{ id: string; connection_id: string | null; token_hash: string | null }>`
        select ${this.id} as id, connection_id, ${this.token} as token_hash from ${this.table} where ${this.id} in (${sql.join(part)})`.execute(this.db);
      for (const row of rows) found.push({ id: row.id, connectionId: row.connection_id, tokenHash: row.token_hash });
    }
    return found;
  }

  /** They are still here. */
  async say(connectionIds: readonly string[]): Promise<void> {
    for (const part of parts(connectionIds)) await sql`update ${this.table} set seen_at = ${Date.now()} where connection_id in (${sql.join(part)})`.execute(this.db);
  }
}

function* parts(ids: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += CHUNK) yield ids.slice(at, at + CHUNK);
}
