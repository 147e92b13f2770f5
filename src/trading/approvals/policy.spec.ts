import { describe, expect, it } from '@jest/globals';
import type { ApprovalPolicy } from '../../config/config.js';
import { neededFor } from './policy.js';

const policy = (needed: number, more: Partial<ApprovalPolicy> = {}): ApprovalPolicy => ({ brokers: null, accounts: null, symbols: null, origins: null, minNotional: 0, needed, ...more });
const asked = { broker: 'alpaca-live', accountId: 'main', symbol: 'AAPL', origin: 'signal', notional: 1000 };

describe('neededFor', () => {
  it('takes the first policy that fits, and nobody where none does', () => {
    expect(neededFor({ policies: [] }, asked)).toBe(0);
    expect(neededFor({ policies: [policy(0), policy(2)] }, asked)).toBe(0);
    expect(neededFor({ policies: [policy(1, { brokers: ['paper'] }), policy(2, { brokers: ['alpaca-live'] })] }, asked)).toBe(2);
  });

  it.each<[Partial<ApprovalPolicy>]>([[{ brokers: ['paper'] }], [{ accounts: ['other'] }], [{ symbols: ['NVDA'] }], [{ origins: ['agent'] }], [{ brokers: [] }], [{ minNotional: 1000.01 }]])(
    'does not fit %j', (more) => expect(neededFor({ policies: [policy(1, more)] }, asked)).toBe(0),
  );

  it('counts from its least worth on, and a worth that is not known', () => {
    expect(neededFor({ policies: [policy(1, { minNotional: 1000 })] }, asked)).toBe(1);
    expect(neededFor({ policies: [policy(1, { minNotional: 1000 })] }, { ...asked, notional: NaN })).toBe(1);
  });
});
