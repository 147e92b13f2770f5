import { randomBytes } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { CodedError } from '../../model/codes.js';
import type { TriggerKind } from '../../model/wire/groups.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { TriggersTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { listChanged } from '../group-rooms.js';
import { newToken } from '../token.js';
import { flawed, notFound, taken } from './refusals.js';
import type { Revoked } from './revoked.js';
import type { TriggerConfigs, TriggersChanged } from './trigger-configs.js';

export interface NewTrigger {
  readonly name: string;
  readonly kind: TriggerKind;
  /** As the kind wants it. */
  readonly config: unknown;
  readonly enabled: boolean;
}

type Row = Selectable<TriggersTable>;

/** What is shown once: the token of an outside trigger, the HMAC key of a webhook; neither of others. */
export interface Credentials {
  readonly token?: string;
  readonly secret?: string;
}

export interface TriggersNeeds {
  readonly db: Kysely<Schema>;
  readonly writer: Pick<RoomWriter, 'say'>;
  readonly configs: TriggerConfigs;
  readonly revoked: Revoked;
  readonly runners: TriggersChanged;
}

/** The rows of triggers, and their tokens and secrets. Those who run them see within seconds what has changed. */
export class Triggers {
  constructor(private readonly needs: TriggersNeeds) {}

  /** @throws CodedError VALIDATION_ERROR, IDEMPOTENCY_CONFLICT where the name is taken */
  async create({ name, kind, config, enabled }: NewTrigger): Promise<{ readonly row: Row } & Credentials> {
    const { hash, ...shown } = credentials(kind);
    const row: TriggersTable = {
      trigger_id: uuidv7(), name, kind, config: this.checked(kind, config), enabled: enabled ? 1 : 0, token_hash: hash, secret: shown.secret ?? null,
      connection_id: null, node: null, connected_at: null, seen_at: null, state: null, last_event_at: null, last_error: null, created_at: Date.now(),
    };
    await this.say(row, 'made', async (tx) => {
      const { numInsertedOrUpdatedRows: made } = await tx.insertInto('triggers').values(row).onConflict((conflict) => conflict.column('name').doNothing()).executeTakeFirstOrThrow();
      if (made !== 1n) throw nameTaken(name);
    });
    this.needs.runners.changed();
    return { row, ...shown };
  }

  /** Newest first. */
  async list({ kind, limit, before }: { readonly kind?: TriggerKind | undefined; readonly limit: number; readonly before: string | null }): Promise<readonly Row[]> {
    let query = this.needs.db.selectFrom('triggers').selectAll().orderBy('trigger_id', 'desc').limit(limit);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (before !== null) query = query.where('trigger_id', '<', before);
    return query.execute();
  }

  /** By id, else by name. @throws CodedError NOT_FOUND */
  async find(idOrName: string): Promise<Row> {
    const found = await this.needs.db.selectFrom('triggers').selectAll().where(({ eb, or }) => or([eb('trigger_id', '=', idOrName), eb('name', '=', idOrName)])).execute();
    const row = found.find(({ trigger_id: id }) => id === idOrName) ?? found[0];
    if (!row) throw notFound('trigger', idOrName, 'GET /api/triggers lists them');
    return row;
  }

  /** Its kind stays. @throws CodedError NOT_FOUND, VALIDATION_ERROR, IDEMPOTENCY_CONFLICT */
  async update(idOrName: string, { name, config, enabled }: Partial<Omit<NewTrigger, 'kind'>>): Promise<Row> {
    const row = await this.find(idOrName);
    const checked = config === undefined ? row.config : this.checked(row.kind, config);
    const change = {
      ...(name !== undefined && { name }), ...(enabled !== undefined && { enabled: enabled ? 1 : 0 }),
      ...(checked !== row.config && { config: checked, last_error: null }),
    };
    if (Object.keys(change).length === 0) return row;
    await this.say({ ...row, ...(name !== undefined && { name }) }, 'changed', async (tx) => {
      const other = name === undefined ? undefined : await tx.selectFrom('triggers').select('trigger_id').where('name', '=', name).where('trigger_id', '!=', row.trigger_id).executeTakeFirst();
      if (other) throw nameTaken(name!);
      await tx.updateTable('triggers').set(change).where('trigger_id', '=', row.trigger_id).execute();
    });
    this.needs.runners.changed();
    if (enabled === false) this.needs.revoked.revoked('trigger', row.trigger_id);
    return this.find(row.trigger_id);
  }

  /** Its token dies at once. @throws CodedError NOT_FOUND */
  async remove(idOrName: string): Promise<void> {
    const row = await this.find(idOrName);
    await this.say(row, 'deleted', async (tx) => void await tx.deleteFrom('triggers').where('trigger_id', '=', row.trigger_id).execute());
    this.needs.runners.changed();
    this.needs.revoked.revoked('trigger', row.trigger_id);
  }

  /** A new token or secret; the old one dies at once. @throws CodedError NOT_FOUND, STATE_FORBIDS of a kind that has neither */
  async rotate(idOrName: string): Promise<{ readonly row: Row } & Credentials> {
    const row = await this.find(idOrName);
    const { hash, ...shown } = credentials(row.kind);
    if (!shown.token && !shown.secret) throw new CodedError('STATE_FORBIDS', `${row.name} is a trigger of kind ${row.kind}, which runs inside the server and needs no token`);
    await this.say(row, 'changed', async (tx) => void await tx.updateTable('triggers').set({ token_hash: hash, secret: shown.secret ?? null }).where('trigger_id', '=', row.trigger_id).execute());
    this.needs.revoked.revoked('trigger', row.trigger_id);
    return { row, ...shown };
  }

  /** The row and the word of it, in one transaction. */
  private async say({ trigger_id: id, name }: Pick<Row, 'trigger_id' | 'name'>, change: 'made' | 'changed' | 'deleted', store: (tx: Transaction<Schema>) => Promise<void>): Promise<void> {
    await this.needs.writer.say({ store, messages: [listChanged({ kind: 'trigger', id, name }, change)] });
  }

  private checked(kind: TriggerKind, given: unknown): string {
    const { config, flaws } = this.needs.configs.check(kind, given);
    if (flaws.length > 0) throw flawed(flaws);
    return JSON.stringify(config);
  }
}

function credentials(kind: TriggerKind): Credentials & { readonly hash: string | null } {
  if (kind === 'external') return newToken('ct_');
  if (kind === 'webhook') return { hash: null, secret: `cs_${randomBytes(32).toString('base64url')}` };
  return { hash: null };
}

const nameTaken = (name: string): CodedError => taken('name', `There is a trigger ${name} already: choose another name`);
