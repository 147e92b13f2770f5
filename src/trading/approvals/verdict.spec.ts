import { describe, expect, it } from '@jest/globals';
import { anIntent, T0 } from '../../../test/support/approval-node.js';
import { decimal } from '../../model/decimal.js';
import type { TradingState } from '../../model/trading.js';
import type { Approval } from './approval.js';
import { intentHash } from './intent-hash.js';
import { verdictOf, type Answer, type Circumstances } from './verdict.js';

const approval = (more: Partial<Approval> = {}): Approval => {
  const shown = { decisionId: 'd1', intent: anIntent(), price: decimal(100), maxDrift: 0.01, expiresAt: T0 + 1000, ...more };
  return {
    ...shown, approvalId: 'a1', accountId: 'main', symbol: 'AAPL', hash: intentHash(shown), askedAt: T0, needed: 1, given: [], status: 'waiting', note: null,
    decidedBy: null, updatedAt: T0, version: 1, ...more,
  };
};
const circumstances = (more: Partial<Circumstances> = {}): Circumstances => ({ now: T0 + 500, price: decimal(100), state: 'ACTIVE', ...more });
const answer = (of: Approval, more: Partial<Answer> = {}): Answer => ({ decision: 'approve', hash: of.hash, subject: 'ann', ...more });
const refusal = (of: Approval, given: Partial<Answer> = {}, more: Partial<Circumstances> = {}): { code: string; becomes: string | null; message: string } => {
  const verdict = verdictOf(of, answer(of, given), circumstances(more));
  if (verdict.kind !== 'refused') throw new Error(`It was not refused: ${verdict.kind}`);
  return { code: verdict.error.code, becomes: verdict.next?.status ?? null, message: verdict.error.message };
};
const next = (of: Approval, given: Partial<Answer> = {}, more: Partial<Circumstances> = {}): Approval => {
  const verdict = verdictOf(of, answer(of, given), circumstances(more));
  if (verdict.kind !== 'next') throw new Error(verdict.kind === 'refused' ? verdict.error.message : verdict.kind);
  return verdict.next;
};

describe('an answer is refused', () => {
  const one = approval();

  it('with another hash, and nothing changes', () => {
    for (const decision of ['approve', 'edit', 'reject'] as const) expect(refusal(one, { decision, hash: '0'.repeat(64) })).toMatchObject({ code: 'HASH_MISMATCH', becomes: null });
  });

  it('from its end on, which ends it', () => {
    for (const decision of ['approve', 'edit', 'reject'] as const) expect(refusal(one, { decision }, { now: T0 + 1000 })).toMatchObject({ code: 'EXPIRED', becomes: 'expired' });
    expect(next(one, {}, { now: T0 + 999 }).status).toBe('approved');
    expect(refusal(one, {}, { now: NaN })).toMatchObject({ code: 'EXPIRED' });
  });

  it.each([['101.0001'], ['98.9999'], ['NaN']])('where the price has gone to %s, which ends it', (price) => {
    expect(refusal(one, {}, { price: decimal(price) })).toMatchObject({ code: 'PRICE_DRIFTED', becomes: 'drifted' });
    expect(next(one, { decision: 'reject' }, { price: decimal(price) }).status).toBe('rejected');
  });

  it.each([['101'], ['99']])('not at the bound of the drift: %s', (price) => expect(next(one, {}, { price: decimal(price) }).status).toBe('approved'));

  it('while no price is known', () => expect(refusal(one, {}, { price: null })).toMatchObject({ code: 'NOT_READY', becomes: null }));

  it.each<[TradingState]>([['HALTED'], ['REDUCING']])('in %s, where it is not reduce-only', (state) => {
    expect(refusal(one, {}, { state })).toMatchObject({ code: 'STATE_FORBIDS', becomes: null });
    expect(refusal(one, { decision: 'edit', edits: { quantity: 1 } }, { state })).toMatchObject({ code: 'STATE_FORBIDS' });
    expect(next(one, { decision: 'reject' }, { state }).status).toBe('rejected');
    expect(next(approval({ intent: anIntent({ reduceOnly: true, side: 'sell' }) }), {}, { state }).status).toBe('approved');
  });

  it('once it no longer waits, with what became of it', () => {
    expect(refusal(approval({ status: 'expired' }))).toMatchObject({ code: 'EXPIRED', becomes: null });
    expect(refusal(approval({ status: 'drifted' }))).toMatchObject({ code: 'PRICE_DRIFTED', becomes: null });
    expect(refusal(approval({ status: 'rejected', decidedBy: 'bob' })).message).toContain('rejected by bob');
    for (const status of ['approved', 'done', 'refused'] as const) expect(refusal(approval({ status, decidedBy: 'bob' }))).toMatchObject({ code: 'STATE_FORBIDS', becomes: null });
  });

  it('is given again where the same person says the same', () => {
    const done = approval({ status: 'done', given: [{ by: 'ann', at: T0 }], decidedBy: 'ann' });
    expect(verdictOf(done, answer(done), circumstances()).kind).toBe('same');
    expect(verdictOf(done, answer(done, { subject: 'bob' }), circumstances()).kind).toBe('refused');
    expect(verdictOf(done, answer(done, { decision: 'reject' }), circumstances()).kind).toBe('refused');
    const rejected = approval({ status: 'rejected', decidedBy: 'ann' });
    expect(verdictOf(rejected, answer(rejected, { decision: 'reject' }), circumstances()).kind).toBe('same');
  });
});

describe('two persons', () => {
  it('are two', () => {
    const first = next(approval({ needed: 2 }));
    expect([first.status, first.version]).toEqual(['waiting', 2]);
    expect(refusal(first)).toMatchObject({ code: 'SAME_APPROVER', becomes: null });
    expect(next(first, { subject: 'bob' })).toMatchObject({ status: 'approved', given: [{ by: 'ann' }, { by: 'bob' }] });
  });

  it('cannot be told apart without tokens, nor one with from one without', () => {
    const anonymous = next(approval({ needed: 2 }), { subject: 'anonymous:1' });
    expect(anonymous.status).toBe('waiting');
    expect(refusal(anonymous, { subject: 'anonymous:2' })).toMatchObject({ code: 'SAME_APPROVER', message: expect.stringContaining('AUTH_REQUIRED') });
    const ann = next(anonymous);
    expect(ann).toMatchObject({ status: 'waiting', given: [{ by: 'ann' }] });
    expect(refusal(ann, { subject: 'anonymous:2' })).toMatchObject({ code: 'SAME_APPROVER' });
    expect(next(ann, { subject: 'bob' }).status).toBe('approved');
  });
});

describe('an edit', () => {
  it('makes another hash, forgets who agreed, starts from the price of now and keeps its end', () => {
    const before = next(approval({ needed: 2 }));
    const after = next(before, { decision: 'edit', edits: { quantity: 4 }, subject: 'bob', note: 'less' }, { price: decimal('100.5') });
    expect(after).toMatchObject({ status: 'waiting', given: [], expiresAt: before.expiresAt, decidedBy: 'bob', note: 'less', version: 3 });
    expect([after.price.toFixed(), after.intent.quantity.toFixed(), after.hash === intentHash(after), after.hash === before.hash]).toEqual(['100.5', '4', true, false]);
    expect(refusal(after, { hash: before.hash })).toMatchObject({ code: 'HASH_MISMATCH' });
    expect(next(after, { subject: 'bob' }).given).toHaveLength(1);
  });

  it('of nonsense is refused', () => expect(refusal(approval(), { decision: 'edit' })).toMatchObject({ code: 'VALIDATION_ERROR', becomes: null }));
});
