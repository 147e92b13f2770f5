import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { RoomWorld } from '../../../test/support/room-world.js';
import { perpetual, tradesWorld, tradingGroup, type TradesWorld } from '../../../test/support/trades-world.js';
import type { Answer } from '../answer.js';
import type { Group } from '../group.js';

interface Step {
  readonly action: 'LONG' | 'SHORT' | 'CLOSE';
  readonly qty: number;
  readonly trace: number;
  readonly explicit: boolean;
  /** So often at once. */
  readonly times: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom('LONG', 'SHORT', 'CLOSE'), qty: fc.integer({ min: 1, max: 2 }), trace: fc.integer({ min: 0, max: 1 }), explicit: fc.boolean(),
  times: fc.constantFrom(1, 1, 1, 3),
});
/** Side by side, each in its own group and account, on one market. */
const LANES = 40;
const SEQUENCES = 400;
const SIGNS = { LONG: 1, SHORT: -1, CLOSE: 0 } as const;

/** What one group has sent, and what must have come of it. */
class Sequence {
  wanted: number;
  refusedSince = false;
  private readonly firsts = new Map<string, unknown>();

  constructor(private readonly world: TradesWorld, private readonly group: Group, private readonly name: string) {
    this.wanted = this.sign();
  }

  sign(): number {
    const side = this.world.desks.account(this.group.accountId).positions[0]?.side;
    return side === 'long' ? 1 : side === 'short' ? -1 : 0;
  }

  async send({ action, qty, trace, explicit, times }: Step): Promise<void> {
    const correlation = `${this.name}-${trace}`;
    const key = explicit ? `${correlation} ${action} ${qty}` : null;
    const signal = action === 'CLOSE' ? { action } : { action, qty };
    const answers: readonly Answer[] = await Promise.all(Array.from({ length: times }, () => this.world.post(this.group, signal, { correlation, ...(key !== null && { key }) })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(new Set(answers.map(({ id, order_id: orderId }) => `${String(id)} ${String(orderId)}`)).size).toBe(1);
    const fresh = answers.filter(({ duplicate }) => duplicate !== true);
    expect(fresh.length).toBeLessThanOrEqual(1);
    if (action !== 'CLOSE' || key !== null) {
      const name = key ?? `${correlation} ${action} ${qty} by content`;
      expect(answers[0]!['id']).toBe(this.firsts.get(name) ?? answers[0]!['id']);
      this.firsts.set(name, answers[0]!['id']);
    }
    for (const { status } of fresh) {
      if (status === 'refused') this.refusedSince = true;
      else [this.wanted, this.refusedSince] = [SIGNS[action], false];
    }
  }

  settled(): void {
    expect([0, this.wanted]).toContain(this.sign());
    if (!this.refusedSince) expect(this.sign()).toBe(this.wanted);
  }
}

describe('whatever groups send, again and again', () => {
  let db: FreshDatabase;
  let world: TradesWorld;
  let groups: readonly Group[];

  beforeAll(async () => {
    db = await freshSqlite();
    await RoomWorld.unsynced(db);
    const names = Array.from({ length: LANES }, (_, at) => `lane-${at}`);
    groups = await Promise.all(names.map((name) => tradingGroup(db, name, 'oneway', name)));
    world = await tradesWorld(db, { accounts: names.map(perpetual) });
    await world.candle();
    await world.open();
  });

  afterAll(async () => {
    await world.stop();
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  it('hundreds of random sequences: one order for one key, and the position is what was last accepted', async () => {
    let run = 0;
    const sequence = fc.array(step, { minLength: 1, maxLength: 4 });
    const candles = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
    await fc.assert(fc.asyncProperty(fc.array(sequence, { minLength: LANES, maxLength: LANES }), candles, async (lanes, candle) => {
      run += 1;
      const sequences = lanes.map((steps, lane) => ({ steps, said: new Sequence(world, groups[lane]!, `run-${run}`) }));
      for (const [at, moves] of candle.entries()) {
        await Promise.all(sequences.map(({ steps, said }) => (steps[at] ? said.send(steps[at]) : Promise.resolve())));
        if (moves) await world.candle();
      }
      await world.candle();
      await world.candle();
      for (const { said } of sequences) said.settled();
    }), { numRuns: SEQUENCES / LANES });
    const { ordered } = await db.kysely.selectFrom('orders').select(({ fn }) => fn.count<number>('decision_id').distinct().as('ordered')).executeTakeFirstOrThrow();
    expect(ordered).toBe((await world.orders()).length);
  }, 900_000); // much, for a busy machine
});
