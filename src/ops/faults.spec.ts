import { describe, expect, it } from '@jest/globals';
import { faultsOf, type Circumstances } from './faults.js';

const WELL: Circumstances = {
  feed: { name: 'ws:x', simulated: false, last_tick_age_ms: 10, stale: false, ended: false, connected: true }, database: null, redis: null,
  breakers: [{ provider: 'main', open: false }], hostile: [], trading: [{ scope: 'all', state: 'ACTIVE', reason: null }], budget: { limit: 5, left: 1 }, draining: false,
};
const codes = (more: Partial<Circumstances>): (string | null)[][] => faultsOf({ ...WELL, ...more }).map(({ code, subject }) => [code, subject]);

describe('the faults of a node', () => {
  it('are none where all is well, also where nothing may be spent by configuration or is known of it', () => {
    expect(faultsOf(WELL)).toEqual([]);
    expect(codes({ budget: null })).toEqual([]);
    expect(codes({ budget: { limit: 0, left: 0 } })).toEqual([]);
  });

  it('name what is wrong with what, the worst first', () => {
    expect(codes({
      feed: { ...WELL.feed, stale: true, last_tick_age_ms: null, connected: false }, database: 'refused', redis: 'gone', breakers: [{ provider: 'main', open: true }],
      hostile: [{ agentId: 'mallory', why: 'voted twice' }], budget: { limit: 5, left: 0 }, draining: true,
      trading: [{ scope: 'all', state: 'REDUCING', reason: null }, { scope: 'paper', state: 'HALTED', reason: 'drawdown' }],
    })).toEqual([
      ['DATABASE_AWAY', null], ['REDIS_AWAY', null], ['FEED_DISCONNECTED', 'ws:x'], ['FEED_STALE', 'ws:x'], ['TRADING_HALTED', 'paper'],
      ['TRADING_REDUCING', 'all'], ['BREAKER_OPEN', 'main'], ['ANALYST_HOSTILE', 'mallory'], ['BUDGET_SPENT', null], ['DRAINING', null],
    ]);
  });
});
