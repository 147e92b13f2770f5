import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import type { Interval } from '../../model/interval.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { GroupStatus, PositionMode } from '../../model/wire/groups.js';
import type { GroupsTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { groupMessage, listChanged } from '../group-rooms.js';
import { newToken } from '../token.js';
import { nameIsFree, type GroupChanges, type GroupNow } from './group-changes.js';
import type { GroupAccount, GroupAccounts } from './group-accounts.js';
import { checkPanel, defaultPanel, memberRow, type NewMember } from './panel.js';
import { invalid } from './refusals.js';
import type { Revoked } from './revoked.js';
import { holdRoles } from './roles.js';
import { accountIdOf, checkTerms, differing } from './terms.js';

/** What a group is told to trade; what is left out is as `Groups.create` says. */
export interface GroupSettings {
  readonly name: string;
  readonly market: string;
  readonly symbol: string;
  readonly interval: Interval;
  readonly leverage: number;
  /** Above 0. */
  readonly marginUsd: number;
  readonly positionMode: PositionMode;
  readonly accountId: string;
}

/** Of an account of its own. */
interface OwnAccount {
  readonly mode?: 'spot' | 'perpetual' | undefined;
  readonly currency?: string | undefined;
  readonly balance?: number | undefined;
  readonly maxLeverage?: number | undefined;
}

type Optional<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

export interface NewGroup extends Optional<Omit<GroupSettings, 'name' | 'symbol'>> {
  readonly name: string;
  readonly symbol: string;
  readonly account?: OwnAccount | undefined;
  readonly members?: readonly NewMember[] | undefined;
}

export interface OpenPosition {
  readonly symbol: string;
  readonly leg: string;
  readonly side: string;
  readonly quantity: string;
  readonly entry_price: string;
}

export interface GroupsNeeds {
  readonly db: Kysely<Schema>;
  readonly changes: GroupChanges;
  readonly writer: Pick<RoomWriter, 'say'>;
  readonly market: Pick<Market, 'instrument'>;
  readonly accounts: GroupAccounts;
  readonly revoked: Revoked;
}

const MOST_ACCOUNTS_OF_A_NAME = 100;
/** What an account allows or not. */
const CHECKED = ['leverage', 'position_mode', 'account_id'] as const;
const DEFAULT_INTERVAL = '15m';
const DEFAULT_MARGIN = 100;
const DEFAULT_BALANCE = 10_000;

/** Groups are made, changed and deleted here, and their tokens with them. */
export class Groups {
  constructor(private readonly needs: GroupsNeeds) {}

  /**
   * With its token, shown this once. Without `members`: a panel of rules. Without `accountId`: a paper account of its own.
   * @throws CodedError UNKNOWN_SYMBOL, VALIDATION_ERROR, IDEMPOTENCY_CONFLICT where the name is taken, STATE_FORBIDS where nothing is traded, STORE_UNAVAILABLE
   */
  async create(asked: NewGroup): Promise<{ readonly row: GroupsTable; readonly token: string }> {
    const { db, writer, market } = this.needs;
    const { symbol, currency, assetClass } = market.instrument(asked.symbol);
    const { token, hash } = newToken('cg_');
    const groupId = uuidv7();
    const now = Date.now();
    const row = {
      group_id: groupId, name: asked.name, market: asked.market ?? assetClass, symbol, interval: asked.interval ?? DEFAULT_INTERVAL,
      leverage: asked.leverage ?? 1, margin_usd: decimal(asked.marginUsd ?? DEFAULT_MARGIN).toString(), position_mode: asked.positionMode ?? 'oneway',
      token_hash: hash, acks: 0, form: 'type', connection_id: null, node: null, connected_at: null, seen_at: null, created_at: now, updated_at: now, deleted_at: null,
    } as const;
    const members = (asked.members ?? defaultPanel()).map((member) => memberRow(groupId, member));
    checkPanel(members);
    await nameIsFree(db, asked.name);
    await db.transaction().execute((tx) => holdRoles(tx, members.map(({ role }) => role)));
    const accountId = await this.accountOf(row, currency === 'USDT' ? 'USDT' : 'USD', asked);
    await writer.say({
      store: async (tx) => {
        await nameIsFree(tx, asked.name);
        await holdRoles(tx, members.map(({ role }) => role));
        await tx.insertInto('groups').values({ ...row, account_id: accountId }).execute();
        if (members.length > 0) await tx.insertInto('group_members').values(members).execute();
      },
      messages: [groupMessage(groupId, 'group_status', `group:${groupId}:made`, { group_id: groupId, created: true, timestamp: new Date(now).toISOString() }), listChanged({ kind: 'group', id: groupId, name: asked.name }, 'made')],
    });
    return { row: { ...row, account_id: accountId }, token };
  }

  /** @throws CodedError NOT_FOUND, UNKNOWN_SYMBOL, VALIDATION_ERROR, IDEMPOTENCY_CONFLICT, STATE_FORBIDS where an open position forbids it */
  async update(idOrName: string, asked: Optional<GroupSettings>): Promise<GroupNow> {
    const { changes, market } = this.needs;
    const now = await changes.now(idOrName);
    const wanted = this.updated(now.row, asked, asked.symbol === undefined ? now.row.symbol : market.instrument(asked.symbol).symbol);
    if (Object.keys(differing(now.row, wanted)).length === 0) return now;
    return changes.change(now.row.group_id, async ({ row }) => {
      const next = this.updated(row, asked, wanted.symbol);
      // what the account has no say in changes also where the account is gone
      if (CHECKED.some((field) => next[field] !== row[field])) checkTerms(termsOf(next), this.account(next.account_id));
      if (next.account_id !== row.account_id || next.position_mode !== row.position_mode) await this.nothingOpen(row);
      return { row: differing(row, next) };
    });
  }

  /** Its token dies at once; the account stays, with what is open there. @throws CodedError NOT_FOUND */
  async remove(idOrName: string): Promise<{ readonly row: GroupsTable; readonly open: readonly OpenPosition[] }> {
    const { row } = await this.needs.changes.now(idOrName);
    const { group_id: groupId, account_id: accountId } = row;
    await this.retoken(row, { token_hash: null, deleted_at: Date.now() }, { deleted: true }, `group:${groupId}:deleted`);
    return { row, open: await this.open(accountId) };
  }

  /** The old one dies at once. @throws CodedError NOT_FOUND */
  async rotate(idOrName: string): Promise<{ readonly row: GroupsTable; readonly token: string }> {
    const { row } = await this.needs.changes.now(idOrName);
    const { token, hash } = newToken('cg_');
    await this.retoken(row, { token_hash: hash, acks: 0 }, { token: 'replaced' }, `group:${row.group_id}:token:${uuidv7()}`);
    return { row, token };
  }

  /** Nobody can connect until there is a new one. @throws CodedError NOT_FOUND */
  async revoke(idOrName: string): Promise<void> {
    const { row } = await this.needs.changes.now(idOrName);
    await this.retoken(row, { token_hash: null }, { token: 'revoked' }, `group:${row.group_id}:token:${uuidv7()}`);
  }

  private async retoken({ group_id: groupId, name }: GroupsTable, change: Partial<GroupsTable>, said: Pick<GroupStatus, 'token' | 'deleted'>, messageId: string): Promise<void> {
    await this.needs.writer.say({
      store: async (tx) => {
        await tx.updateTable('groups').set(change).where('group_id', '=', groupId).where('deleted_at', 'is', null).execute();
      },
      messages: [groupMessage(groupId, 'group_status', messageId, { group_id: groupId, ...said, timestamp: new Date().toISOString() }), listChanged({ kind: 'group', id: groupId, name }, change.deleted_at == null ? 'changed' : 'deleted')],
    });
    this.needs.revoked.revoked('group', groupId);
  }

  /** The one that it names, or a new one. */
  private async accountOf(row: Omit<GroupsTable, 'account_id'>, currency: string, { accountId, account = {} }: NewGroup): Promise<string> {
    if (accountId !== undefined) {
      checkTerms(termsOf({ ...row, account_id: accountId }), this.account(accountId));
      return accountId;
    }
    const terms = { mode: account.mode ?? 'perpetual', currency: account.currency ?? currency, maxLeverage: account.maxLeverage ?? row.leverage };
    checkTerms(termsOf({ ...row, account_id: 'of its own' }), terms.mode === 'spot' ? { ...terms, maxLeverage: 1 } : terms);
    for (let attempt = 1; ; attempt += 1) {
      const id = accountIdOf(row.name, attempt);
      try {
        await this.needs.accounts.create({ id, ...terms, balance: account.balance ?? DEFAULT_BALANCE });
        return id;
      } catch (error) {
        // of a group that had this name before
        if (!(error instanceof CodedError && error.code === 'IDEMPOTENCY_CONFLICT') || attempt === MOST_ACCOUNTS_OF_A_NAME) throw error;
      }
    }
  }

  private updated(row: GroupsTable, asked: Optional<GroupSettings>, symbol: string): GroupsTable {
    return {
      ...row, symbol, name: asked.name ?? row.name, market: asked.market ?? row.market, interval: asked.interval ?? row.interval, leverage: asked.leverage ?? row.leverage,
      margin_usd: asked.marginUsd === undefined ? row.margin_usd : decimal(asked.marginUsd).toString(), position_mode: asked.positionMode ?? row.position_mode,
      account_id: asked.accountId ?? row.account_id,
    };
  }

  private account(id: string): GroupAccount {
    const account = this.needs.accounts.find(id);
    if (!account) throw invalid('account_id', `there is no account ${id.slice(0, 60)}: GET /api/accounts lists them`);
    return account;
  }

  private async nothingOpen({ account_id: accountId, symbol }: GroupsTable): Promise<void> {
    const open = (await this.open(accountId)).filter((position) => position.symbol === symbol);
    if (open.length === 0) return;
    throw new CodedError('STATE_FORBIDS', `The account ${accountId} has a position of ${symbol}, ${open[0]!.side} ${open[0]!.quantity}, that the group could not close any more: close it first`);
  }

  private open(accountId: string): Promise<readonly OpenPosition[]> {
    return this.needs.db.selectFrom('positions').select(['symbol', 'leg', 'side', 'quantity', 'entry_price']).where('account_id', '=', accountId).orderBy('symbol').orderBy('leg').execute();
  }
}

const termsOf = ({ leverage, margin_usd: margin, position_mode: positionMode, account_id: accountId }: GroupsTable) =>
  ({ leverage, marginUsd: decimal(margin), positionMode, accountId });

