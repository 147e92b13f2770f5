import { expect, it } from '@jest/globals';
import { turnsTrue, valueIn, type FieldValue, type When } from './condition.js';

it.each<[When, FieldValue, FieldValue, boolean]>([
  [{ field: 'price', op: 'crosses_above', value: 100 }, 99, 101, true],
  [{ field: 'price', op: 'crosses_above', value: 100 }, 100, 101, true],
  [{ field: 'price', op: 'crosses_above', value: 100 }, 99, 100, false],
  [{ field: 'price', op: 'crosses_above', value: 100 }, 101, 102, false],
  [{ field: 'price', op: 'crosses_above', value: 100 }, null, 102, false],
  [{ field: 'price', op: 'crosses_below', value: 100 }, 100, 99, true],
  [{ field: 'price', op: 'crosses_below', value: 100 }, 99, 98, false],
  [{ field: 'action', op: 'becomes', value: 'BUY' }, 'HOLD', 'BUY', true],
  [{ field: 'action', op: 'becomes', value: 'BUY' }, null, 'BUY', true],
  [{ field: 'action', op: 'becomes', value: 'BUY' }, 'BUY', 'BUY', false],
  [{ field: 'strength', op: 'at_least', value: 'STRONG' }, 'MODERATE', 'UNANIMOUS', true],
  [{ field: 'strength', op: 'at_least', value: 'STRONG' }, 'STRONG', 'UNANIMOUS', false],
  [{ field: 'strength', op: 'at_least', value: 'STRONG' }, 'NONE', 'MODERATE', false],
  [{ field: 'strength', op: 'becomes', value: 'NONE' }, 'STRONG', 'NONE', true],
  [{ field: 'confidence', op: 'at_least', value: 0.8 }, null, 0.8, true],
  [{ field: 'confidence', op: 'at_least', value: 0.8 }, 0.8, 0.9, false],
  [{ field: 'probability', op: 'at_least', value: 0.5 }, null, null, false],
  [{ field: 'probability', op: 'crosses_below', value: 0.5 }, 0.6, 0.4, true],
])('%j from %j to %j: %j', (when, before, now, fires) => {
  expect(turnsTrue(when, before, now)).toBe(fires);
});

it('reads the fields of a signal_update', () => {
  const body = JSON.stringify({ action: 'SELL', confidence: 0.7, probability: null, agents_consensus: { consensus_strength: 'STRONG' } });
  expect((['action', 'confidence', 'strength', 'probability', 'price'] as const).map((field) => valueIn(body, field))).toEqual(['SELL', 0.7, 'STRONG', null, null]);
  expect(valueIn('{"probability":{"value":0.6}}', 'probability')).toBe(0.6);
});
