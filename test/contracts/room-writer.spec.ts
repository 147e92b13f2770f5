import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/storage/database.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { startPostgres, type PostgresServer } from '../support/postgres-server.mjs';
import { news, Recorder, roomNode, upTo, type RoomNode } from '../support/room-node.js';

const never = new AbortController().signal;

describe('while the database is away', () => {
  let server: PostgresServer;
  let db: Database;
  let node: RoomNode;
  beforeAll(async () => {
    server = await startPostgres();
    db = await openDatabase({ dataDir: '', databaseUrl: server.url, redisUrl: 'redis://elsewhere' });
    node = roomNode(db);
  });
  afterAll(async () => {
    await db.close();
    await server.remove();
  });

  it('what is said is refused with a code, all that waits at once, and reaches nobody', async () => {
    const [room] = await node.hub.host(['symbol:AWAY']);
    const member = new Recorder();
    room!.members.add(member);
    await server.stop();
    let tries = 0;
    const results = await Promise.allSettled(upTo(50).map((at) => node.writer.say({
      store: async () => { tries += 1; }, messages: [news('symbol:AWAY', `away:${at}`)],
    })));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
    expect(tries).toBe(0); // no transaction began
    expect(member.got).toEqual([]);
    await server.start();
    expect(await node.log.read('symbol:AWAY', 0, 100, 100)).toEqual([]);
    node.hub.release(room!);
  });

  it('what must not be lost is stored and said once it is back', async () => {
    const [room] = await node.hub.host(['symbol:BACK']);
    const member = new Recorder();
    room!.members.add(member);
    await server.stop();
    const saying = node.writer.sayUntilStored({ messages: [news('symbol:BACK', 'back:1')] }, never);
    await expect(node.writer.say({ messages: [news('symbol:BACK', 'back:0')] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(member.got).toEqual([]);
    await server.start();
    const said = await saying;
    expect(said).toMatchObject([{ messageId: 'back:1', offset: 1 }]);
    expect(member.got).toEqual(said);
    node.hub.release(room!);
  });

  it('nobody waits for it any longer when the process has to end', async () => {
    await server.stop();
    const end = new AbortController();
    const saying = node.writer.sayUntilStored({ messages: [news('symbol:END', 'end:1')] }, end.signal);
    await expect(node.writer.say({ messages: [news('symbol:END', 'end:0')] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    end.abort();
    await expect(saying).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await server.start();
    expect(await node.log.read('symbol:END', 0, 100, 100)).toEqual([]);
  });
});

describe('while the database answers', () => {
  let db: FreshDatabase;
  let node: RoomNode;
  beforeEach(async () => {
    db = await freshSqlite();
    node = roomNode(db);
  });
  afterEach(async () => { await db.drop(); });
  const busy = (): Error => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

  it('what is not urgent goes with the next commit, in one transaction, and alone after a while', async () => {
    const commits: string[][] = [];
    let under: string[] = [];
    const work = (name: string): { store: () => Promise<void> } => ({ store: async () => { under.push(name); } });
    const done = node.writer.sayLater(work('later'));
    await Promise.resolve();
    await node.writer.say(work('now'));
    await done;
    commits.push(under);
    under = [];
    await node.writer.sayLater(work('alone'));
    commits.push(under);
    expect(commits).toEqual([['now', 'later'], ['alone']]);
  });

  it('one refusal that passes refuses nobody', async () => {
    let tries = 0;
    const work = { store: async () => { if ((tries += 1) === 1) throw busy(); }, messages: [news('symbol:A', 'a:1')] };
    const [said, beside] = await Promise.all([node.writer.say(work), node.writer.say({ messages: [news('symbol:A', 'a:2')] })]);
    expect([said, beside].map((places) => places[0]!.offset)).toEqual([1, 2]);
  });

  it('a fault of the work itself is not tried for ever', async () => {
    let tries = 0;
    const saying = node.writer.sayUntilStored({ store: async () => { tries += 1; throw new Error('a fault'); } }, never);
    await expect(saying).rejects.toThrow('a fault');
    expect(tries).toBeLessThan(10);
  });

  it('what waits behind a full batch is committed too, in order', async () => {
    const said = await Promise.all(upTo(1000).map((at) => node.writer.say({ messages: [news('symbol:A', `a:${at}`)] })));
    expect(said.map(([message]) => message!.offset)).toEqual(upTo(1000));
    await node.writer.idle();
  });

  it('commits together what is said together', async () => {
    let transactions = 0;
    const transaction = db.kysely.transaction.bind(db.kysely);
    db.kysely.transaction = () => { transactions += 1; return transaction(); };
    await Promise.all(upTo(100).map((at) => node.writer.say({ messages: [news('symbol:A', `a:${at}`)] })));
    expect(transactions).toBe(1);
  });

  it('is idle only when all that was said is stored', async () => {
    const said = node.writer.say({ messages: [news('symbol:A', 'a:1')] });
    await node.writer.idle();
    expect(await node.log.find(['a:1'])).toHaveLength(1);
    await said;
  });
});
