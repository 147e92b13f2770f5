import { describe, expect, it } from '@jest/globals';
import { anIntent } from '../../../test/support/approval-node.js';
import { decimal } from '../../model/decimal.js';
import { intentHash, type Shown } from './intent-hash.js';

const shown: Shown = { decisionId: 'd1', intent: anIntent(), price: decimal(100), maxDrift: 0.01, expiresAt: 1_000 };
const others: Readonly<Record<string, Shown>> = Object.fromEntries(([
  ['decision', { decisionId: 'd2' }], ['price', { price: decimal('100.01') }], ['drift', { maxDrift: 0.02 }], ['expiry', { expiresAt: 1_001 }],
  ...Object.entries({
    accountId: 'other', symbol: 'NVDA', leg: 'long', side: 'sell', quantity: decimal('10.000000000000000001'), orderType: 'limit', limitPrice: decimal(1), stopPrice: decimal(1),
    trail: decimal('0.02'), timeInForce: 'day', reduceOnly: true, leverage: 2, exits: { target: decimal(110), stop: null },
  }).map(([name, value]) => [name, { intent: { ...shown.intent, [name]: value } }]),
] as [string, Partial<Shown>][]).map(([name, change]) => [name, { ...shown, ...change }]));

describe('intentHash', () => {
  it('is the same for the same, however it is written', () => {
    const { accountId, ...rest } = shown.intent;
    expect(intentHash({ ...shown, intent: { ...rest, accountId, quantity: decimal('1e1') }, price: decimal('100.00') })).toBe(intentHash(shown));
    expect(intentHash(shown)).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(shown.intent).filter((field) => !(field in others))).toEqual([]);
  });

  it('is another for each thing that is another', () => {
    const hashes = [shown, ...Object.values(others)].map(intentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('tells target from stop', () => {
    const of = (exits: { target: ReturnType<typeof decimal> | null; stop: ReturnType<typeof decimal> | null }): string => intentHash({ ...shown, intent: anIntent({ exits }) });
    expect(of({ target: decimal(1), stop: null })).not.toBe(of({ target: null, stop: decimal(1) }));
  });
});
