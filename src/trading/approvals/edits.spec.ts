import { describe, expect, it } from '@jest/globals';
import { anIntent } from '../../../test/support/approval-node.js';
import { CodedError } from '../../model/codes.js';
import { decimal } from '../../model/decimal.js';
import type { Intent } from '../../model/trading.js';
import { intentText } from '../intent-text.js';
import { applyEdits, type Edits } from './edits.js';

const PRICE = decimal(100);
const limit = anIntent({ orderType: 'limit', limitPrice: decimal(99), exits: { target: decimal(110), stop: decimal(90) } });
const edited = (intent: Intent, edits: Edits): Record<string, unknown> => JSON.parse(intentText(applyEdits(intent, edits, PRICE))) as Record<string, unknown>;
const pathOf = (intent: Intent, edits: Edits): string | undefined => {
  try {
    applyEdits(intent, edits, PRICE);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'VALIDATION_ERROR') return error.details[0]?.path;
    throw error;
  }
  return undefined;
};

describe('applyEdits', () => {
  it('changes what is named, as number or text, and nothing else', () => {
    expect(edited(limit, { quantity: 5, limit_price: '98.5', target: 120, stop: null, time_in_force: 'day' })).toEqual({
      ...JSON.parse(intentText(limit)) as object, quantity: '5', limitPrice: '98.5', timeInForce: 'day', exits: { target: '120', stop: null },
    });
    expect(edited(limit, { target: null, stop: null })).toMatchObject({ exits: null });
    expect(edited(anIntent({ orderType: 'stop', stopPrice: decimal(105) }), { stop_price: 106 })).toMatchObject({ stopPrice: '106' });
    expect(edited(anIntent(), { quantity: 1e-7 })).toMatchObject({ quantity: decimal(1e-7).toString() });
  });

  it('leaves a reduce-only intent one', () => {
    expect(edited(anIntent({ reduceOnly: true, side: 'sell' }), { quantity: 5 })).toMatchObject({ reduceOnly: true, side: 'sell', quantity: '5' });
  });

  it.each<[Edits, string]>([
    [{}, 'edits'], [{ side: 'sell' }, 'edits.side'], [{ reduce_only: false }, 'edits.reduce_only'], [{ quantity: 5, leverage: 20 }, 'edits.leverage'], [JSON.parse('{"__proto__": 1}') as Edits, 'edits.__proto__'],
    [{ quantity: 0 }, 'edits.quantity'], [{ quantity: -1 }, 'edits.quantity'], [{ quantity: NaN }, 'edits.quantity'], [{ quantity: Infinity }, 'edits.quantity'], [{ quantity: '0x10' }, 'edits.quantity'],
    [{ quantity: null }, 'edits.quantity'], [{ quantity: '1e3' }, 'edits.quantity'], [{ quantity: '' }, 'edits.quantity'], [{ quantity: [5] }, 'edits.quantity'], [{ quantity: '9'.repeat(21) }, 'edits.quantity'],
    [{ limit_price: null }, 'edits.limit_price'], [{ stop_price: 98 }, 'edits.stop_price'], [{ time_in_force: 'never' }, 'edits.time_in_force'],
    [{ target: 98 }, 'edits.target'], [{ stop: 99 }, 'edits.stop'], [{ limit_price: 111 }, 'edits.target'],
  ])('refuses %j of a limit order at %s', (edits, path) => expect(pathOf(limit, edits)).toBe(path));

  it('refuses what an order of its type has not', () => {
    expect(pathOf(anIntent(), { limit_price: 99 })).toBe('edits.limit_price');
    expect(pathOf(anIntent({ orderType: 'trailing_stop', trail: decimal(0.02) }), { stop_price: 99 })).toBe('edits.stop_price');
    expect(pathOf(anIntent({ reduceOnly: true, side: 'sell' }), { target: 90 })).toBe('edits.target');
  });

  it('holds levels of a market order against the price, on the side of the order', () => {
    expect(pathOf(anIntent(), { stop: 101 })).toBe('edits.stop');
    expect(pathOf(anIntent({ side: 'sell' }), { stop: 99 })).toBe('edits.stop');
    expect(pathOf(anIntent({ side: 'sell' }), { stop: 101, target: 99 })).toBeUndefined();
  });
});
