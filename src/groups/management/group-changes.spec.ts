import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { managementNode, type ManagementNode } from '../../../test/support/management-node.js';
import { until } from '../../../test/support/until.js';
import { hashOf } from '../token.js';
import { GroupStore } from '../group-store.js';
import { Groups } from './groups.js';
import { Members } from './members.js';
import { memberRow } from './panel.js';
import { holdRoles, Roles } from './roles.js';
import { Triggers } from './triggers.js';

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('groups on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let node: ManagementNode;
  let count = 0;
  const name = (): string => `group_${(count += 1)}`;

  beforeAll(async () => { db = await fresh(); });
  beforeEach(async () => { node = await managementNode(db); });
  afterEach(() => node.stop());
  afterAll(() => db.drop());

  const make = async (more: Partial<Parameters<Groups['create']>[0]> = {}) => node.get(Groups).create({ name: name(), symbol: 'BTCUSDT', ...more });
  const configs = () => node.dispatched.map(({ eventType, payload }) => ({ eventType, ...JSON.parse(payload) as { leverage: number; members: { name: string; role: string; system_prompt: string }[] } }));
  const status = async (groupId: string): Promise<{ config?: unknown }[]> => {
    const rows = await db.kysely.selectFrom('room_messages').select('body').where('room', '=', `group:${groupId}`).where('type', '=', 'group_status').orderBy('offset').execute();
    return rows.map(({ body }) => JSON.parse(String(body)) as { config?: unknown });
  };

  it('makes a group with a panel of rules, an account of its own, and a token of which only the hash is kept', async () => {
    const { row, token } = await make({ leverage: 3 });
    expect(row).toMatchObject({ symbol: 'BTCUSDT', market: 'crypto', interval: '15m', leverage: 3, margin_usd: '100', position_mode: 'oneway', account_id: `group-${row.name}` });
    expect(node.accounts.made).toEqual([{ id: `group-${row.name}`, mode: 'perpetual', currency: 'USDT', balance: 10_000, maxLeverage: 3 }]);
    expect(await node.get(GroupStore).byToken(hashOf(token))).toMatchObject({ group_id: row.group_id });
    expect(token).toMatch(/^cg_[\w-]{43}$/);
    const members = await node.get(GroupStore).members(row.group_id);
    expect(members.map(({ role, provider, model }) => ({ role, provider, model }))).toEqual(
      ['group_leader', 'technical_analyst', 'news_analyst', 'risk_analyst', 'experience_retriever'].map((role) => ({ role, provider: null, model: null })));
    expect(members[1]!.systemPrompt).toContain('You read the chart');
    expect(JSON.stringify(await db.kysely.selectFrom('groups').selectAll().execute())).not.toContain(token);
  });

  it('says in `groups` who was made, changed and deleted, and nothing of what was refused', async () => {
    const said = async (): Promise<string[]> => (await db.kysely.selectFrom('room_messages').select(['type', 'body']).where('room', '=', 'groups').orderBy('offset').execute())
      .map(({ type, body }) => { const { kind, name: named, change } = JSON.parse(String(body)) as Record<string, string>; return `${type} ${kind} ${named} ${change}`; });
    const before = (await said()).length;
    const [{ row }, trigger] = [await make({ accountId: 'perp' }), name()];
    await node.get(Groups).update(row.name, { leverage: 3 });
    await node.get(Groups).rotate(row.name);
    await expect(make({ name: row.name, accountId: 'perp' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await node.get(Groups).remove(row.name);
    await node.get(Triggers).create({ name: trigger, kind: 'external', config: {}, enabled: true });
    await expect(node.get(Triggers).create({ name: trigger, kind: 'external', config: {}, enabled: true })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await node.get(Triggers).update(trigger, { enabled: false });
    await node.get(Triggers).remove(trigger);
    await node.get(Roles).create({ role: 'herald', title: 'Herald', prompt: 'You tell.' });
    await node.get(Roles).update('herald', { title: 'Crier' });
    await node.get(Roles).remove('herald');
    expect((await said()).slice(before)).toEqual([
      ...['made', 'changed', 'changed', 'deleted'].map((change) => `groups_update group ${row.name} ${change}`),
      ...['made', 'changed', 'deleted'].map((change) => `groups_update trigger ${trigger} ${change}`),
      'groups_update role Herald made', 'groups_update role Crier changed', 'groups_update role Crier deleted',
    ]);
  });

  it('gives another account where the one of its name was given to a group that is gone', async () => {
    const { row } = await make();
    await node.get(Groups).remove(row.name);
    expect((await make({ name: row.name })).row.account_id).toBe(`group-${row.name}-2`);
  });

  it('gives a name once, also to ten who ask at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => make({ name: 'only_one', accountId: 'perp' })));
    expect(asked.filter(({ status: ended }) => ended === 'fulfilled')).toHaveLength(1);
    for (const each of asked) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('tells the group of each change, in the transaction of the change, with the newest last', async () => {
    const { row } = await make({ accountId: 'perp' });
    const names = Array.from({ length: 12 }, (_, at) => `Analyst ${at}`);
    await Promise.all([...names.map((each) => node.get(Members).add(row.group_id, { name: each, role: 'news_analyst', provider: null, model: null, systemPrompt: '' })), node.get(Groups).update(row.name, { leverage: 5 })]);
    const told = configs();
    expect(told.map(({ eventType }) => eventType)).toEqual(Array.from({ length: 13 }, () => 'config_update'));
    const last = told.at(-1)!;
    expect([last.leverage, last.members.map((member) => member.name).sort()]).toEqual([5, ['Experience retriever', 'Group leader', 'News analyst', 'Risk analyst', 'Technical analyst', ...names].sort()]);
    const said = await status(row.group_id);
    expect(said).toHaveLength(14);
    expect(said.at(-1)!.config).toEqual(JSON.parse(node.dispatched.at(-1)!.payload));
    const deliveries = await db.kysely.selectFrom('group_deliveries').selectAll().where('group_id', '=', row.group_id).execute();
    expect(deliveries).toHaveLength(13);
  });

  it('looks again where another node was faster', async () => {
    const { row } = await make({ members: [] });
    const other = await managementNode(db);
    try {
      await Promise.all([node, other].flatMap((each, at) => [1, 2, 3].map((n) => each.get(Members).add(row.name, { name: `${at} ${n}`, role: 'news_analyst', provider: null, model: null, systemPrompt: '' }))));
      expect(await node.get(GroupStore).members(row.group_id)).toHaveLength(6);
      const newest = [...node.dispatched, ...other.dispatched].map(({ payload }) => (JSON.parse(payload) as { members: unknown[] }).members.length).sort();
      expect(newest).toEqual([1, 2, 3, 4, 5, 6]);
    } finally {
      await other.stop();
    }
  });

  it('has one leader, also where two are asked for at once', async () => {
    const { row } = await make({ members: [] });
    const leader = (each: string) => node.get(Members).add(row.group_id, { name: each, role: 'group_leader', provider: null, model: null, systemPrompt: '' });
    const asked = await Promise.allSettled([leader('Ann'), leader('Bob')]);
    expect(asked.map(({ status: ended }) => ended).sort()).toEqual(['fulfilled', 'rejected']);
    expect(asked.find(({ status: ended }) => ended === 'rejected')).toMatchObject({ reason: { code: 'VALIDATION_ERROR' } });
    expect(await node.get(GroupStore).members(row.group_id)).toHaveLength(1);
    expect(node.dispatched).toHaveLength(1);
  });

  it('stores nothing and tells nobody where a change is refused', async () => {
    const { row } = await make({ accountId: 'perp' });
    await expect(node.get(Groups).update(row.name, { leverage: 6 })).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path: 'leverage' }] });
    await expect(node.get(Members).add(row.name, { name: 'X', role: 'soothsayer', provider: null, model: null, systemPrompt: '' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path: 'role' }] });
    await expect(node.get(Groups).update(row.name, { leverage: 1 })).resolves.toMatchObject({ row: { updated_at: row.updated_at } });
    expect([node.dispatched, await status(row.group_id)]).toEqual([[], [expect.objectContaining({ created: true })]]);
  });

  it('is addressed by the name that it had when it is renamed', async () => {
    const { row } = await make();
    const after = name();
    await node.get(Groups).update(row.name, { name: after });
    expect(node.dispatched).toMatchObject([{ targets: [row.name], eventType: 'config_update', origin: 'server', sourceId: 'conclave' }]);
    expect(JSON.parse(node.dispatched[0]!.payload)).toMatchObject({ group_id: row.group_id, group_name: after });
    const other = await make();
    await expect(node.get(Groups).update(other.row.name, { name: after })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('keeps account and position mode while a position of its symbol is open', async () => {
    const { row } = await make();
    const position = { account_id: row.account_id, symbol: 'BTCUSDT', leg: 'net', side: 'long', quantity: '0.5', entry_price: '50000', leverage: 1, opened_at: 1, history: '{}' } as const;
    await db.kysely.insertInto('positions').values(position).execute();
    for (const change of [{ accountId: 'perp' }, { positionMode: 'hedge' }] as const) await expect(node.get(Groups).update(row.name, change)).rejects.toMatchObject({ code: 'STATE_FORBIDS' });
    expect((await node.get(Groups).remove(row.name)).open).toEqual([{ symbol: 'BTCUSDT', leg: 'net', side: 'long', quantity: '0.5', entry_price: '50000' }]);
  });

  it('lets a token die with its replacement, its revocation and its group, and says so', async () => {
    const { row, token } = await make();
    await db.kysely.updateTable('groups').set({ acks: 1 }).where('group_id', '=', row.group_id).execute();
    const second = (await node.get(Groups).rotate(row.name)).token;
    const there = (text: string) => node.get(GroupStore).byToken(hashOf(text));
    expect([await there(token), (await there(second))?.acks]).toEqual([null, 0]);
    await node.get(Groups).revoke(row.name);
    expect(await there(second)).toBeNull();
    const third = (await node.get(Groups).rotate(row.name)).token;
    await node.get(Groups).remove(row.name);
    expect([await there(third), await node.get(GroupStore).find(row.group_id)]).toEqual([null, null]);
    expect(node.revoked).toEqual(Array.from({ length: 4 }, () => `group ${row.group_id}`));
    expect((await status(row.group_id)).slice(1)).toMatchObject([{ token: 'replaced' }, { token: 'revoked' }, { token: 'replaced' }, { deleted: true }]);
    await expect(node.get(Groups).rotate(row.group_id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells groups of a role that their members have, where the prompt is not their own', async () => {
    const role = `macro_${name()}`;
    await node.get(Roles).create({ role, title: 'Macro', prompt: 'You watch rates.' });
    const [one, two, own] = [await make(), await make(), await make()];
    for (const { row } of [one, two]) await node.get(Members).add(row.name, { name: 'M', role, provider: null, model: null, systemPrompt: '' });
    await node.get(Members).add(own.row.name, { name: 'M', role, provider: null, model: null, systemPrompt: 'Mine.' });
    node.dispatched.length = 0;
    await node.get(Roles).update(role, { prompt: 'You watch central banks.' });
    expect(configs().map(({ members }) => members.find((member) => member.role === role)!.system_prompt)).toEqual(['You watch central banks.', 'You watch central banks.']);
    expect(node.dispatched.flatMap(({ targets }) => targets).sort()).toEqual([one.row.name, two.row.name].sort());
    expect((await node.get(GroupStore).members(one.row.group_id)).at(-1)).toMatchObject({ systemPrompt: 'You watch central banks.' });
    expect((await node.get(GroupStore).members(own.row.group_id)).at(-1)).toMatchObject({ systemPrompt: 'Mine.' });
    await node.get(Roles).update(role, { title: 'Macro economist' });
    expect(node.dispatched).toHaveLength(2);
  });

  it('keeps a role while members have it, also where a member gets it at that moment', async () => {
    const role = `shy_${name()}`;
    await node.get(Roles).create({ role, title: 'Shy', prompt: 'You say little.' });
    const { row } = await make({ accountId: 'perp' });
    let removal: Promise<unknown> = Promise.resolve();
    await db.kysely.transaction().execute(async (tx) => {
      await holdRoles(tx, [role]);
      await tx.insertInto('group_members').values(memberRow(row.group_id, { name: 'S', role, provider: null, model: null, systemPrompt: '' })).execute();
      removal = node.get(Roles).remove(role).catch((error: unknown) => error);
      // on SQLite it waits for its turn anyway
      if (db.dialect === 'postgres') await until(async () => (await sql`select 1 from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`.execute(tx)).rows.length > 0, 'the removal to wait');
    });
    expect(await removal).toMatchObject({ code: 'STATE_FORBIDS', message: expect.stringContaining(row.name) });
    await node.get(Groups).remove(row.name);
    await expect(node.get(Roles).remove(role)).resolves.toBeUndefined();
    await expect(node.get(Members).add((await make()).row.name, { name: 'S', role, provider: null, model: null, systemPrompt: '' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('gives triggers a token, a secret or neither, by kind, and their names once', async () => {
    const triggers = node.get(Triggers);
    const targets = ['g'];
    const external = await triggers.create({ name: name(), kind: 'external', config: {}, enabled: true });
    const webhook = await triggers.create({ name: name(), kind: 'webhook', config: { targets }, enabled: true });
    const inside = await triggers.create({ name: name(), kind: 'price_move', config: { targets }, enabled: false });
    expect([external.row.token_hash, external.secret, webhook.row.token_hash, webhook.row.secret, inside.token, inside.secret]).toEqual([hashOf(external.token!), undefined, null, webhook.secret, undefined, undefined]);
    expect([JSON.parse(inside.row.config), inside.row.enabled]).toEqual([{ priority: 5, targets }, 0]);
    await expect(triggers.create({ name: external.row.name, kind: 'external', config: {}, enabled: true })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await expect(triggers.update(webhook.row.name, { name: external.row.name })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await expect(triggers.update(inside.row.name, { config: {} })).rejects.toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path: 'config.targets' }] });
    expect(await triggers.update(inside.row.name, { enabled: true })).toMatchObject({ enabled: 1 });
    expect((await triggers.rotate(external.row.name)).token).not.toBe(external.token);
    expect((await triggers.rotate(webhook.row.trigger_id)).secret).not.toBe(webhook.secret);
    await expect(triggers.rotate(inside.row.name)).rejects.toMatchObject({ code: 'STATE_FORBIDS' });
    await triggers.remove(external.row.name);
    expect(node.revoked).toEqual([external, webhook, external].map(({ row }) => `trigger ${row.trigger_id}`));
    await expect(triggers.find(external.row.name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
