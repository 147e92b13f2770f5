import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../test/support/databases.js';
import { roomNode } from '../../test/support/room-node.js';
import { States, type StateChange } from './states.js';

const to = (state: StateChange['state'], by: string): StateChange => ({ state, code: null, reason: 'a spec', by, at: 1 });

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('states of trading, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  beforeEach(async () => { db = await fresh(); });
  afterEach(() => db.drop());

  const node = (): States => new States(db.kysely, roomNode(db).writer);
  const alerts = async (): Promise<string[]> => (await db.kysely.selectFrom('room_messages').select('body').where('type', '=', 'system_alert').orderBy('room').orderBy('offset').execute())
    .map(({ body }) => (JSON.parse(body) as { code: string }).code);

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
});
