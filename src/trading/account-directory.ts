import type { Kysely } from 'kysely';
import type { AccountConfig, RiskLimitsConfig, SizingConfig, TradingConfig } from '../config/config.js';
import { CodedError } from '../model/codes.js';
import type { Schema } from '../storage/schema.js';
import { ALL } from './states.js';

/** An account to be made while the server runs; always on paper. */
export interface NewAccount {
  /** Up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first. */
  readonly id: string;
  readonly mode: 'spot' | 'perpetual';
  /** E.g. `USD`, `USDT`: it names the money, nothing is converted. */
  readonly currency: string;
  /** Above 0 and at most 1e12. */
  readonly balance: number;
  /** A whole number from 1 to `paper.max_leverage` of config/risk.yaml; 1 on spot. */
  readonly maxLeverage: number;
  /** As config/risk.yaml says, where left out. */
  readonly limits?: RiskLimitsConfig | undefined;
  readonly sizing?: SizingConfig | undefined;
}

export interface AccountDirectoryNeeds {
  readonly db: Kysely<Schema>;
  readonly config: Pick<TradingConfig, 'accounts' | 'limits' | 'sizing' | 'paper'>;
  /** Why none can be made and none of those that were is traded; null: they are. */
  readonly closed: string | null;
  /** Wall time, epoch milliseconds. */
  readonly now: () => number;
}

type Terms = Omit<NewAccount, 'id'>;

const ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,59}$/;
const CURRENCY = /^[A-Z0-9]{1,10}$/;
const MOST = 1e12;

/** Every account that there is: those of the configuration, and rows that were made since, here or on another node. Rows are never changed. */
export class AccountDirectory {
  private readonly stored = new Map<string, AccountConfig>();
  private readonly configured: ReadonlyMap<string, AccountConfig>;
  private rows = 0;

  constructor(private readonly needs: AccountDirectoryNeeds) {
    this.configured = new Map(needs.config.accounts.map((account) => [account.id, account]));
  }

  /** The configuration's first. */
  all(): readonly AccountConfig[] {
    return [...this.configured.values(), ...this.stored.values()];
  }

  find(id: string): AccountConfig | null {
    return this.configured.get(id) ?? this.stored.get(id) ?? null;
  }

  /** @throws CodedError NOT_FOUND */
  get(id: string): AccountConfig {
    const found = this.find(id);
    if (found) return found;
    if (this.needs.closed !== null) throw new CodedError('NOT_FOUND', `There is no account ${id.slice(0, 64)} open. ${this.needs.closed}`);
    const there = this.all().slice(0, 20).map((account) => account.id);
    throw new CodedError('NOT_FOUND', `There is no account ${id.slice(0, 64)}: there are ${there.join(', ') || 'none'}${this.all().length > there.length ? ', …' : ''}`);
  }

  /** Stored when it resolves; `Desks.create` opens it too. @throws CodedError VALIDATION_ERROR, IDEMPOTENCY_CONFLICT where the id is taken, STATE_FORBIDS where nothing is traded */
  async create({ id, ...terms }: NewAccount): Promise<AccountConfig> {
    const { db, config, closed, now } = this.needs;
    if (closed !== null) throw new CodedError('STATE_FORBIDS', closed);
    checkTerms(id, terms, config.paper.maxLeverage);
    if (this.find(id) || await this.wasThere(id)) throw taken(id);
    const { numInsertedOrUpdatedRows: made } = await db.insertInto('stored_accounts').values({ account_id: id, terms: JSON.stringify(terms), created_at: now() })
      .onConflict((conflict) => conflict.column('account_id').doNothing()).executeTakeFirstOrThrow();
    if (made !== 1n) throw taken(id);
    return this.put(id, terms);
  }

  /** What other nodes have made. */
  async sync(): Promise<void> {
    const { db, closed } = this.needs;
    if (closed !== null) return;
    const { count } = await db.selectFrom('stored_accounts').select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow();
    if (Number(count) === this.rows) return;
    const rows = await db.selectFrom('stored_accounts').selectAll().orderBy('created_at').orderBy('account_id').execute();
    for (const { account_id: id, terms } of rows) if (!this.find(id)) this.put(id, JSON.parse(terms) as Terms);
    this.rows = rows.length;
  }

  /** Books of an account that the configuration had once are not another's. */
  private async wasThere(id: string): Promise<boolean> {
    return (await this.needs.db.selectFrom('accounts').select('account_id').where('account_id', '=', id).executeTakeFirst()) !== undefined;
  }

  private put(id: string, { mode, currency, balance, maxLeverage, limits, sizing }: Terms): AccountConfig {
    const { config } = this.needs;
    const account: AccountConfig = {
      id, broker: 'paper', mode, currency, balance, followsSignals: false, maxLeverage: Math.min(maxLeverage, config.paper.maxLeverage),
      limits: limits ?? config.limits, sizing: sizing ?? config.sizing,
    };
    this.stored.set(id, account);
    return account;
  }
}

function checkTerms(id: string, { mode, currency, balance, maxLeverage }: Terms, most: number): void {
  const problems = [
    ...(ID.test(id) && id !== ALL ? [] : [{ path: 'account_id', message: 'use up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first, and not all' }]),
    ...(CURRENCY.test(currency) ? [] : [{ path: 'currency', message: 'use 1 to 10 of A-Z 0-9, such as USD' }]),
    ...(balance > 0 && balance <= MOST ? [] : [{ path: 'balance', message: `must be above 0 and at most ${MOST}` }]),
    ...(Number.isInteger(maxLeverage) && maxLeverage >= 1 && maxLeverage <= most ? [] : [{ path: 'max_leverage', message: `must be a whole number from 1 to ${most} (max_leverage of config/risk.yaml)` }]),
    ...(mode === 'spot' && maxLeverage > 1 ? [{ path: 'max_leverage', message: 'must be 1 on spot: leave it out, or use mode perpetual' }] : []),
  ];
  if (problems.length > 0) throw new CodedError('VALIDATION_ERROR', problems.map(({ path, message }) => `${path}: ${message}`).join('; '), problems);
}

const taken = (id: string): CodedError =>
  new CodedError('IDEMPOTENCY_CONFLICT', `There is an account ${id} already, or there was one: choose another id`, [{ path: 'account_id', message: 'is taken' }]);
