import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deposed, Leases } from '../../src/storage/leases.js';
import { LeaseKeeper, type LeaseKeeperOptions } from '../../src/storage/lease-keeper.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../support/databases.js';
import { until } from '../support/holds.js';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([['sqlite', () => freshSqlite()], ['postgres', () => freshPostgres({ redisUrl: 'redis://elsewhere' })]] as const)('leases on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let leases: Leases;
  beforeAll(async () => {
    db = await fresh();
    leases = new Leases(db);
  });
  afterAll(() => db.drop());

  it('one of many gets it, and the others hear the term and when it is free', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, at) => leases.acquire('one', `node${at}`, 60_000)));
    expect(claims.filter(({ held }) => held)).toEqual([{ held: true, term: 1 }]);
    for (const claim of claims) {
      expect(claim.term).toBe(1);
      if (!claim.held) expect(claim.freeInMs).toBeGreaterThan(1000);
    }
  });

  it('the term rises with each holder, also where one holder comes again', async () => {
    expect(await leases.acquire('terms', 'a', 60_000)).toEqual({ held: true, term: 1 });
    await leases.release('terms', 'a', 1);
    expect(await leases.acquire('terms', 'b', 60_000)).toEqual({ held: true, term: 2 });
    expect(await leases.acquire('terms', 'a', 60_000)).toMatchObject({ held: false, term: 2 });
    expect(await leases.acquire('terms', 'b', 60_000)).toEqual({ held: true, term: 3 });
    expect(await leases.term('terms')).toBe(3);
    expect(await leases.term('never')).toBe(0);
  });

  it('is renewed only by its holder, under its term, and not once it has lapsed', async () => {
    await leases.acquire('renewed', 'a', 60_000);
    expect(await leases.renew('renewed', 'a', 1, 150)).toBe(true);
    expect(await leases.renew('renewed', 'b', 1, 150)).toBe(false);
    expect(await leases.renew('renewed', 'a', 2, 150)).toBe(false);
    await later(200);
    expect(await leases.renew('renewed', 'a', 1, 60_000)).toBe(false);
    expect(await leases.acquire('renewed', 'b', 60_000)).toEqual({ held: true, term: 2 });
  });

  it('gives back only what is its own', async () => {
    await leases.acquire('given', 'a', 60_000);
    await leases.release('given', 'b', 1);
    await leases.release('given', 'a', 7);
    expect(await leases.acquire('given', 'c', 60_000)).toMatchObject({ held: false });
  });

  it('refuses rows of a holder that is none any more', async () => {
    const write = (term: number) => db.kysely.transaction().execute(async (tx) => {
      await leases.check(tx, { lease: 'fenced', term });
      await tx.insertInto('rooms').values({ room: `term:${term}`, epoch: 'e' }).execute();
    });
    await leases.acquire('fenced', 'a', 60_000);
    await write(1);
    await leases.release('fenced', 'a', 1);
    await leases.acquire('fenced', 'b', 60_000);
    await expect(write(1)).rejects.toBeInstanceOf(Deposed);
    await write(2);
    expect(await db.kysely.selectFrom('rooms').select('room').orderBy('room').execute()).toEqual([{ room: 'term:1' }, { room: 'term:2' }].map((row) => expect.objectContaining(row)));
  });
});

describe('keepers of one lease', () => {
  let db: FreshDatabase;
  let leases: Leases;
  beforeAll(async () => {
    db = await freshPostgres({ redisUrl: 'redis://elsewhere' });
    leases = new Leases(db);
  });
  afterAll(() => db.drop());

  const keeper = (name: string, holder: string, { from = leases, ...more }: Partial<Pick<LeaseKeeperOptions, 'clock' | 'ttlMs' | 'renewMs'>> & { from?: Pick<Leases, 'acquire' | 'renew' | 'release'> } = {}) => {
    const events: string[] = [];
    const made = new LeaseKeeper({
      leases: from, name, holder, ttlMs: 600, renewMs: 150, marginMs: 150, ...more,
      onError: (error) => events.push(`error ${(error as Error).message}`),
    });
    const start = () => made.start({ gained: (term) => events.push(`gained ${term}`), lost: (term) => events.push(`lost ${term}`) });
    return { made, events, start };
  };

  it('the first has it and keeps it by renewing; given back, the other has it with a higher term', async () => {
    let [passed, renewed] = [0, 0];
    const lasting = { ttlMs: 60_000, renewMs: 10 };
    const ages = { ...bound(leases), renew: async (...all: Parameters<Leases['renew']>) => { // between two renewals two thirds of its length pass
      const kept = await leases.renew(...all);
      [passed, renewed] = [passed + 40_000, renewed + 1];
      return kept;
    } };
    const [a, b] = [keeper('kept', 'a', { ...lasting, from: ages, clock: () => passed }), keeper('kept', 'b', lasting)];
    await a.start();
    await b.start();
    const ends = async (): Promise<number> => (await db.kysely.selectFrom('leases').select('expires_at').where('name', '=', 'kept').executeTakeFirstOrThrow()).expires_at;
    const ended = await ends();
    await until('it has lasted many times its length', () => {
      expect(a.made.isHeld()).toBe(true);
      expect(b.made.isHeld()).toBe(false);
      return renewed > 10;
    });
    expect(await ends()).toBeGreaterThan(ended);
    await a.made.stop();
    expect(a.events).toEqual(['gained 1', 'lost 1']);
    await until('the other has it', () => b.made.term === 2);
    await b.made.stop();
  });

  it('one that died is followed as soon as its lease lapses', async () => {
    let dead = false;
    const gone = { ...bound(leases), renew: () => (dead ? new Promise<boolean>(() => {}) : leases.renew('died', 'a', 1, 600)) };
    const [a, b] = [keeper('died', 'a', { from: gone }), keeper('died', 'b', { renewMs: 600_000 })]; // what it comes by is the end of the lease, not its next look
    await a.start();
    await b.start();
    dead = true;
    await until('the other has it', () => b.events.includes('gained 2'));
    expect(a.made.isHeld()).toBe(false);
    await b.made.stop();
  });

  it('one that was stopped finds out at its first question, before its row lapses and before any timer', async () => {
    let jump = 0;
    const a = keeper('stopped', 'a', { clock: () => jump });
    await a.start();
    expect(a.made.isHeld()).toBe(true);
    jump = 460; // less than the row's 600
    expect(a.made.isHeld()).toBe(false);
    expect(a.events).toEqual(['gained 1', 'lost 1']);
    await a.made.stop();
  });

  it('an answer that took as long as the lease lasts gives nothing', async () => {
    let jump = 0;
    const slow = { ...bound(leases), acquire: async (...all: Parameters<Leases['acquire']>) => {
      const claim = await leases.acquire(...all);
      jump += 10_000;
      return claim;
    } };
    const a = keeper('slow', 'a', { from: slow, clock: () => performance.now() + jump });
    await a.start();
    expect(a.made.isHeld()).toBe(false);
    expect(a.events.filter((event) => event.startsWith('gained'))).toEqual([]);
    await a.made.stop();
  });

  it('a database that fails is asked again, and what was held lapses meanwhile', async () => {
    let away = false;
    const failing = { ...bound(leases), renew: (...all: Parameters<Leases['renew']>) => (away ? Promise.reject(new Error('away')) : leases.renew(...all)) };
    const a = keeper('away', 'a', { from: failing });
    await a.start();
    away = true;
    await until('it knows', () => !a.made.isHeld());
    away = false;
    await until('it has it again, under another term', () => (a.made.term ?? 0) > 1);
    expect(a.events).toContain('error away');
    await a.made.stop();
  });
});

const bound = (leases: Leases): Pick<Leases, 'acquire' | 'renew' | 'release'> => ({
  acquire: (...all) => leases.acquire(...all), renew: (...all) => leases.renew(...all), release: (...all) => leases.release(...all),
});
