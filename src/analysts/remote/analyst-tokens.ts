import { createHash, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { CodedError } from '../../model/codes.js';
import type { AnalystTokensTable, Schema } from '../../storage/schema.js';

/** Who may sit on the panel from afar. */
export interface RemoteIdentity {
  readonly agentId: string;
  readonly name: string;
  /** All analysts of one owner are one fault domain. */
  readonly owner: string;
  readonly weight: number;
}

export interface NewAnalyst {
  readonly name: string;
  readonly owner: string;
  readonly weight: number;
}

const PREFIX = 'ca_';
const LONGEST_ID = 40;

/** Tokens of remote analysts: 256 random bits each, of which only the SHA-256 is kept. */
export class AnalystTokens {
  /** @param taken ids that configured seats and steps have */
  constructor(private readonly db: Kysely<Schema>, private readonly taken: ReadonlySet<string>) {}

  /** The identity and its token, which is never shown again. @throws VALIDATION_ERROR where the name gives an id that is taken */
  async create({ name, owner, weight }: NewAnalyst): Promise<{ identity: RemoteIdentity; token: string }> {
    const agentId = idOf(name);
    if (agentId === '') throw invalid('name', 'must have letters or digits from which an id can be made');
    if (this.taken.has(agentId)) throw invalid('name', `gives the id ${agentId}, which is a seat of the configuration: choose another`);
    const token = PREFIX + randomBytes(32).toString('base64url');
    const { numInsertedOrUpdatedRows: stored } = await this.db.insertInto('analyst_tokens')
      .values({ agent_id: agentId, token_hash: hashOf(token), name, owner, weight, created_at: Date.now(), revoked_at: null })
      // one that was revoked may be given again, with a new token
      .onConflict((conflict) => conflict.column('agent_id')
        .doUpdateSet(({ ref }) => ({ token_hash: ref('excluded.token_hash'), name: ref('excluded.name'), owner: ref('excluded.owner'), weight: ref('excluded.weight'), created_at: ref('excluded.created_at'), revoked_at: null }))
        .where('analyst_tokens.revoked_at', 'is not', null))
      .executeTakeFirst();
    if (!stored) throw invalid('name', `gives the id ${agentId}, which is taken: choose another, or revoke that token first`);
    return { identity: { agentId, name, owner, weight }, token };
  }

  /** Those that are not revoked, by id. */
  async list(): Promise<readonly AnalystTokensTable[]> {
    return this.db.selectFrom('analyst_tokens').selectAll().where('revoked_at', 'is', null).orderBy('agent_id').execute();
  }

  /** null: no such token, it is revoked, or a seat of the configuration has its id by now. */
  async find(token: string): Promise<RemoteIdentity | null> {
    const row = await this.db.selectFrom('analyst_tokens').selectAll().where('token_hash', '=', hashOf(token)).where('revoked_at', 'is', null).executeTakeFirst();
    return row && !this.taken.has(row.agent_id) ? identityOf(row) : null;
  }

  /** False: there was none. */
  async revoke(agentId: string): Promise<boolean> {
    const { numUpdatedRows: revoked } = await this.db.updateTable('analyst_tokens').set({ revoked_at: Date.now() })
      .where('agent_id', '=', agentId).where('revoked_at', 'is', null).executeTakeFirst();
    return Number(revoked) > 0;
  }
}

const identityOf = ({ agent_id: agentId, name, owner, weight }: AnalystTokensTable): RemoteIdentity => ({ agentId, name, owner, weight });

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** `My Analyst 2` → `my_analyst_2` */
const idOf = (name: string): string =>
  name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9_.-]+/g, '_').replace(/^[^a-z0-9]+|_+$/g, '').slice(0, LONGEST_ID);

const invalid = (path: string, message: string): CodedError => new CodedError('VALIDATION_ERROR', `${path}: ${message}`, [{ path, message }]);
