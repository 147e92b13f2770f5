import { expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import type { Alert } from './alert.js';
import { turnsTrue, type When } from './condition.js';
import { PriceWatch } from './price-watch.js';

const price = fc.integer({ min: 1, max: 12 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('price' as const), price }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), op: fc.constantFrom('crosses_above' as const, 'crosses_below' as const), value: price }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat(20) }) },
);

it('fires exactly the alerts whose condition turns true, whatever comes when', () => {
  fc.assert(fc.property(fc.option(price), fc.array(step, { maxLength: 60 }), (first, steps) => {
    const watch = new PriceWatch(first);
    const alerts: Alert[] = [];
    let last = first;
    steps.forEach((one, at) => {
      if (one.kind === 'add') {
        const when: When = { field: 'price', op: one.op, value: one.value };
        const alert: Alert = { alertId: String(at), owner: 'o', symbol: 'S', when, once: false, createdAt: 0 };
        alerts.push(alert);
        watch.add(alert);
      } else if (one.kind === 'remove') {
        const [gone] = alerts.splice(one.at, 1);
        if (gone) watch.remove(gone);
      } else {
        const wanted = alerts.filter(({ when }) => turnsTrue(when, last, one.price)).map(({ alertId }) => alertId);
        expect((watch.see(one.price) ?? []).map(({ alertId }) => alertId).sort()).toEqual(wanted.sort());
        last = one.price;
      }
      expect(watch.isEmpty).toBe(alerts.length === 0);
    });
  }));
});

it('passes a price by between the nearest thresholds', () => {
  const watch = new PriceWatch(5);
  const add = (op: When['op'], value: number): void =>
    watch.add({ alertId: `${op}${value}`, owner: 'o', symbol: 'S', when: { field: 'price', op, value }, once: false, createdAt: 0 });
  add('crosses_above', 8);
  add('crosses_below', 3);
  expect([6, 7.9, 3.1].map((price) => watch.see(price))).toEqual([null, null, null]);
  expect(watch.see(8)).toEqual([]);
});
