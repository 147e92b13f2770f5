import { describe, expect, it } from '@jest/globals';
import { Positions } from './positions.js';

const room = 'symbol:AAPL';
const at = (offset: number, more: object = {}) => ({ room, epoch: 'e1', offset, ...more });

describe('Positions', () => {
  it('delivers each offset once and says which are missing', () => {
    const positions = new Positions();
    expect(positions.admit(at(4), 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.admit(at(5), 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.admit(at(9), 'whole')).toEqual({ deliver: true, gap: { room, epoch: 'e1', from: 6, to: 8, reason: 'offsets' } });
    expect(positions.admit(at(9), 'whole').deliver).toBe(false);
    expect(positions.admit(at(7), 'whole').deliver).toBe(false);
    expect(positions.get(room)).toEqual({ epoch: 'e1', offset: 9 });
  });

  it('lets offsets skip where types are filtered or membership is passing', () => {
    for (const continuity of ['filtered', 'passing'] as const) {
      const positions = new Positions();
      positions.admit(at(1), continuity);
      expect(positions.admit(at(50), continuity)).toEqual({ deliver: true, gap: null });
      expect(positions.admit(at(50), continuity).deliver).toBe(false);
    }
  });

  it('takes another epoch as a gap of unknown beginning', () => {
    const positions = new Positions();
    positions.admit(at(80), 'whole');
    expect(positions.admit(at(3, { epoch: 'e2' }), 'whole')).toEqual({ deliver: true, gap: { room, epoch: 'e2', from: null, to: 2, reason: 'epoch' } });
    expect(positions.get(room)).toEqual({ epoch: 'e2', offset: 3 });
  });

  it('delivers what was replayed on request and keeps its place', () => {
    const positions = new Positions();
    positions.admit(at(10), 'whole');
    expect(positions.admit(at(2, { replayed: true }), 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.admit(at(40, { replayed: true }), 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.admit(at(3, { replayed: true, epoch: 'old' }), 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.get(room)).toEqual({ epoch: 'e1', offset: 10 });
    expect(positions.admit(at(11, { replayed: true }), 'whole').deliver).toBe(true);
    expect(positions.admit(at(11), 'whole').deliver).toBe(false);
  });

  it('delivers snapshots and prices, which have no offset', () => {
    const positions = new Positions();
    positions.admit(at(10), 'whole');
    expect(positions.admit({ room, snapshot: true }, 'whole')).toEqual({ deliver: true, gap: null });
    expect(positions.admit({}, 'whole')).toEqual({ deliver: true, gap: null });
  });

  it('names the gap of a resume that did not hold', () => {
    const head = { room, epoch: 'e1', offset: 90, recovered: false, replayed: 0 };
    const positions = new Positions();
    expect(positions.joined(head, { epoch: 'e1', offset: 10 })).toEqual({ room, epoch: 'e1', from: 11, to: 90, reason: 'not_recovered' });
    expect(positions.joined(head, { epoch: 'e0', offset: 10 })).toEqual({ room, epoch: 'e1', from: null, to: 90, reason: 'not_recovered' });
    expect(positions.joined(head, { epoch: 'e1', offset: 100 })).toMatchObject({ from: null, to: 90 });
    expect(positions.joined(head, undefined)).toBeNull();
    expect(positions.joined({ ...head, recovered: true }, { epoch: 'e1', offset: 90 })).toBeNull();
    expect(positions.get(room)).toEqual({ epoch: 'e1', offset: 90 });
  });
});
