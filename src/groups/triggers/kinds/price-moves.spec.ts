import { describe, expect, it } from '@jest/globals';
import fc from '../../../../test/support/seeded.js';
import { PriceMoves, type MoveRules } from './price-moves.js';

const RULES: MoveRules = { threshold: 0.01, direction: 'both', windowMs: null, cooldownMs: 0 };

/** Says prices a second apart; gives the changes that fired, in percent, each taken at once. */
function fired(rules: Partial<MoveRules>, prices: readonly number[], moves = new PriceMoves({ ...RULES, ...rules }, null)): (readonly [number, number])[] {
  return prices.flatMap((price, at) => {
    const moved = moves.see(price, at * 1000);
    if (moved) moves.taken(moved);
    return moved ? [[at, Math.round(moved.changePct * 100) / 100] as const] : [];
  });
}

describe('moves since the last event', () => {
  it('count from the first price, then from the price of each event', () => {
    expect(fired({}, [100, 100.5, 101, 101.5, 102.02, 101, 100.9])).toEqual([[2, 1], [4, 1.01], [6, -1.1]]);
  });

  it('are of the direction that is asked for', () => {
    const prices = [100, 101, 99, 101.5, 98];
    expect(fired({ direction: 'up' }, prices)).toEqual([[1, 1]]);
    expect(fired({ direction: 'down' }, prices)).toEqual([[2, -1], [4, -1.01]]);
  });

  it('wait for the cooldown, and come then where the price is still that far away', () => {
    expect(fired({ cooldownMs: 3000 }, [100, 101, 103, 103, 103, 103])).toEqual([[1, 1], [4, 1.98]]);
    expect(fired({ cooldownMs: 3000 }, [100, 101, 103, 101, 101, 101])).toEqual([[1, 1]]);
  });

  it('go on from where they stood, and an event that was not taken comes again under its key', () => {
    const moves = new PriceMoves(RULES, null);
    moves.see(100, 0);
    const moved = moves.see(102, 1)!;
    expect(moves.see(102.5, 2)!.key).toBe(moved.key);
    const after = new PriceMoves(RULES, JSON.parse(JSON.stringify(moved.next)));
    expect([after.see(102.9, 3), after.see(103.1, 4)?.key]).toEqual([null, moved.key.replace(':0', ':1')]);
  });

  it('begin again where time goes back, as where a file is replayed once more, and then have other keys', () => {
    const moves = new PriceMoves(RULES, null);
    moves.see(100, 10_000);
    const first = moves.see(102, 20_000)!;
    moves.taken(first);
    expect(moves.see(50, 10_000)).toBeNull();
    expect(moves.see(51, 20_000)!.key).not.toBe(first.key);
  });
});

describe('moves within a window', () => {
  it('compare with the price at its begin, not with one before', () => {
    const slow = Array.from({ length: 60 }, (_, at) => 100 + at * 0.1);
    expect(fired({ windowMs: 5000 }, slow)).toEqual([]);
    expect(fired({ windowMs: 5000 }, [...slow.slice(0, 10), 103])).toEqual([[10, 2.49]]);
  });

  it('fire once until the change is under half of the threshold, or a further full move has come', () => {
    expect(fired({ windowMs: 10_000 }, [100, 101, 101.2, 101, 101.9, 102.1])).toEqual([[1, 1], [5, 1.09]]);
    expect(fired({ windowMs: 10_000 }, [100, 101, 100.4, 101])).toEqual([[1, 1], [3, 1]]);
    expect(fired({ windowMs: 10_000 }, [100, 101, 100.6, 101])).toEqual([[1, 1]]);
  });

  it('know what was before the first price', () => {
    const moves = new PriceMoves({ ...RULES, windowMs: 60_000 }, null);
    moves.seed([{ price: 100, at: -120_000 }, { price: 98, at: -60_000 }, { price: 99, at: -1000 }]);
    expect(moves.see(99.1, 0)).toMatchObject({ from: { price: 98, at: -60_000 } });
  });
});

it('two moves are never nearer than half of the threshold, whatever the prices, in either mode', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { maxLength: 200 }), fc.constantFrom(null, 5000), (steps, windowMs) => {
    const prices = steps.reduce<number[]>((all, step) => [...all, all.at(-1)! * (1 + step / 1e4)], [100]);
    const moves = new PriceMoves({ ...RULES, windowMs }, null);
    let armedSince = true;
    for (const [at, price] of prices.entries()) {
      const moved = moves.see(price, at * 1000);
      if (!moved) continue;
      expect(Math.abs(moved.changePct)).toBeGreaterThanOrEqual(1 - 1e-6);
      expect(Math.abs(price / moved.from.price - 1)).toBeGreaterThanOrEqual(0.01 - 1e-6);
      moves.taken(moved);
      armedSince = moves.see(price, at * 1000 + 1) === null; // the same price is no second move
      expect(armedSince).toBe(true);
    }
  }));
});
