import type { Kysely, Transaction } from 'kysely';
import { CodedError } from '../../model/codes.js';
import type { RoomWriter } from '../../rooms/room-writer.js';
import type { GroupRolesTable } from '../../storage/groups-schema.js';
import type { Schema } from '../../storage/schema.js';
import { listChanged } from '../group-rooms.js';
import { BUILT_IN_ROLES, builtInRole, type Role } from './built-in-roles.js';
import type { GroupChanges } from './group-changes.js';
import { invalid, notFound, taken } from './refusals.js';

export interface ListedRole extends Role {
  readonly builtIn: boolean;
  /** null: built in. */
  readonly createdAt: number | null;
}

const NAMED = 3;

/** Roles of members: the built-in ones, which stay as they are, and custom ones. */
export class Roles {
  constructor(private readonly db: Kysely<Schema>, private readonly changes: GroupChanges, private readonly writer: Pick<RoomWriter, 'say'>) {}

  /** The built-in ones first. */
  async list(): Promise<readonly ListedRole[]> {
    const rows = await this.db.selectFrom('group_roles').selectAll().orderBy('role').execute();
    return [...BUILT_IN_ROLES.map((role) => ({ ...role, builtIn: true, createdAt: null })), ...rows.map(listed)];
  }

  /** @throws CodedError NOT_FOUND */
  async find(role: string): Promise<ListedRole> {
    const known = builtInRole(role);
    return known ? { ...known, builtIn: true, createdAt: null } : listed(await this.custom(role));
  }

  /** @throws CodedError IDEMPOTENCY_CONFLICT */
  async create({ role, title, prompt }: Role): Promise<ListedRole> {
    if (builtInRole(role)) throw taken('role', `${role} is built in: choose another name`);
    const row: GroupRolesTable = { role, title, prompt, created_at: Date.now() };
    await this.say(row, 'made', async (tx) => {
      const { numInsertedOrUpdatedRows: made } = await tx.insertInto('group_roles').values(row).onConflict((conflict) => conflict.column('role').doNothing()).executeTakeFirstOrThrow();
      if (made !== 1n) throw taken('role', `There is a role ${role} already: choose another name, or PATCH that one`);
    });
    return listed(row);
  }

  /** Groups with members whose prompt it is are told. @throws CodedError NOT_FOUND, FORBIDDEN */
  async update(role: string, { title, prompt }: Partial<Omit<Role, 'role'>>): Promise<ListedRole> {
    const before = await this.custom(role);
    const after = { ...before, title: title ?? before.title, prompt: prompt ?? before.prompt };
    const store = async (tx: Transaction<Schema>): Promise<void> => {
      await tx.updateTable('group_roles').set({ title: after.title, prompt: after.prompt }).where('role', '=', role).execute();
    };
    const told = prompt === undefined || prompt === before.prompt ? [] : await this.groupsWith(role, true);
    // what is stored is the same each time: no group hears of it before it is
    await Promise.all(told.map(({ group_id: id }) => this.changes.change(id, () => ({ prompts: new Map([[role, after.prompt]]), store })).catch(deletedMeanwhile)));
    await this.say(after, 'changed', store);
    return listed(after);
  }

  /** @throws CodedError NOT_FOUND, FORBIDDEN where it is built in, STATE_FORBIDS where members have it */
  async remove(role: string): Promise<void> {
    await this.say(await this.custom(role), 'deleted', async (tx) => {
      await holdRole(tx, role);
      const users = await groupsWith(tx, role, false);
      if (users.length > 0) throw inUse(role, users.map(({ name }) => name));
      await tx.deleteFrom('group_roles').where('role', '=', role).execute();
    });
  }

  private async say({ role, title }: Role, change: 'made' | 'changed' | 'deleted', store: (tx: Transaction<Schema>) => Promise<void>): Promise<void> {
    await this.writer.say({ store, messages: [listChanged({ kind: 'role', id: role, name: title }, change)] });
  }

  private async custom(role: string): Promise<GroupRolesTable> {
    if (builtInRole(role)) throw new CodedError('FORBIDDEN', `${role} is built in and stays as it is: make a role of your own, or give the member a system_prompt`);
    const row = await this.db.selectFrom('group_roles').selectAll().where('role', '=', role).executeTakeFirst();
    if (!row) throw notFound('role', role, 'GET /api/roles lists them');
    return row;
  }

  private groupsWith(role: string, withoutOwnPrompt: boolean): Promise<readonly GroupUsing[]> {
    return groupsWith(this.db, role, withoutOwnPrompt);
  }
}

/** Within a transaction: each of them is there, and stays until it ends. @throws CodedError VALIDATION_ERROR */
export async function holdRoles(tx: Transaction<Schema>, roles: Iterable<string>): Promise<void> {
  for (const role of [...new Set(roles)].sort()) {
    if (builtInRole(role)) continue;
    if (!await holdRole(tx, role)) throw invalid('role', `${role.slice(0, 40)} is no role: GET /api/roles lists them, POST /api/roles makes one`);
  }
}

interface GroupUsing {
  readonly group_id: string;
  readonly name: string;
}

/** A write that changes nothing, as SQLite has no `for update`. */
async function holdRole(tx: Transaction<Schema>, role: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('group_roles').set(({ ref }) => ({ title: ref('title') })).where('role', '=', role).executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function groupsWith(db: Kysely<Schema>, role: string, withoutOwnPrompt: boolean): Promise<readonly GroupUsing[]> {
  let query = db.selectFrom('group_members as m').innerJoin('groups as g', 'g.group_id', 'm.group_id').select(['g.group_id', 'g.name']).distinct()
    .where('g.deleted_at', 'is', null).where('m.role', '=', role).orderBy('g.name');
  if (withoutOwnPrompt) query = query.where('m.system_prompt', '=', '');
  return query.execute();
}

function inUse(role: string, names: readonly string[]): CodedError {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return new CodedError('STATE_FORBIDS', `${role} is the role of members of ${names.slice(0, NAMED).join(', ')}${more}: give those another one first`);
}

const deletedMeanwhile = (error: unknown): null => {
  if (error instanceof CodedError && error.code === 'NOT_FOUND') return null;
  throw error;
};

const listed = ({ role, title, prompt, created_at: createdAt }: GroupRolesTable): ListedRole => ({ role, title, prompt, builtIn: false, createdAt });
