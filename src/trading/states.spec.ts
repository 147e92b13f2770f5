import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { roomNode } from '../../test/support/room-node.js';
import { ALL, States, type StateChange } from './states.js';

const to = (state: StateChange['state'], by: string): StateChange => ({ state, code: null, reason: 'a spec', by, at: 1 });

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('states of trading, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  beforeEach(async () => { db = await fresh(); });
  afterEach(() => db.drop());

  const node = (): States => new States(db.kysely, roomNode(db).writer);
  const alerts = async (): Promise<string[]> => (await db.kysely.selectFrom('room_messages').select('body').where('type', '=', 'system_alert').orderBy('room').orderBy('offset').execute())
    .map(({ body }) => (JSON.parse(body) as { code: string }).code);
  const said = async (scope: string): Promise<string[]> => (await db.kysely.selectFrom('room_messages').select('message_id').where('room', '=', 'system').where('message_id', 'like', `trading:${scope}:%`).orderBy('offset').execute()).map(({ message_id: id }) => id.split(':')[2]!);

  it('who says HALTED on a node that has not heard of the last change is heard by all', async () => {
    const [one, other] = [node(), node()];
    await one.set('main', to('REDUCING', 'breaker'));
    await other.set('main', to('HALTED', 'somebody'));
    await one.sync();
    expect(one.of('main')).toMatchObject({ state: 'HALTED', by: 'somebody', version: 2 });
    expect(await alerts()).toEqual(['TRADING_REDUCING', 'TRADING_HALTED']);
  });

  it('the breaker does not loosen what somebody said on another node', async () => {
    const [one, other] = [node(), node()];
    await one.set('main', to('HALTED', 'somebody'));
    expect(await other.set('main', to('REDUCING', 'breaker'))).toMatchObject({ state: 'HALTED', by: 'somebody', version: 1 });
    expect(await alerts()).toEqual(['TRADING_HALTED']);
  });

  it('changes at once are changes one after the other: memory and row say the same, and each is told', async () => {
    const one = node();
    await Promise.all([one.set('main', to('HALTED', 'somebody')), one.set('main', to('REDUCING', 'another')), one.set('main', to('ACTIVE', 'somebody else'))]);
    const row = await db.kysely.selectFrom('trading_state').selectAll().where('scope', '=', 'main').executeTakeFirstOrThrow();
    expect(one.of('main')).toMatchObject({ state: row.state, by: row.by, version: 3 });
    expect(row.version).toBe(3);
    expect((await alerts()).sort()).toEqual(['TRADING_ACTIVE', 'TRADING_HALTED', 'TRADING_REDUCING']);
  });

  it('a look knows at once what another node has set, and the next sync still tells of it', async () => {
    const [here, there] = [node(), node()];
    await here.set(ALL, to('HALTED', 'here'));
    expect(there.of(ALL).state).toBe('ACTIVE');
    await there.look();
    expect(there.of(ALL)).toMatchObject({ state: 'HALTED', by: 'here' });
    expect(await there.sync()).toEqual([ALL]);
    expect(await there.sync()).toEqual([]);
  });

  it('a node that knows an old state goes on from the newest: each change is said, and both end with the same', async () => {
    const [here, there] = [node(), node()];
    await Promise.all([here.sync(), there.sync()]);
    await here.set('main', to('HALTED', 'here'));
    await there.set('main', to('ACTIVE', 'there'));
    await Promise.all([here.set('main', to('HALTED', 'here')), there.set('main', to('REDUCING', 'there'))]);
    await Promise.all([here.sync(), there.sync()]);
    expect(here.of('main')).toEqual(there.of('main'));
    expect(here.of('main').version).toBe(4);
    expect(await said('main')).toEqual(['1', '2', '3', '4']);
  });
});
