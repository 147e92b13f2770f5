import { describe, expect, it } from '@jest/globals';
import { agentConfig, BTC } from '../../../test/support/agent-world.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { MemoryTrading } from '../../../test/support/memory-trading.js';
import type { AccountView } from '../trading.js';
import { agentProposal, feasible } from './agent-proposal.js';
import { wait, type AgentDecision, type CycleInputs } from './decider.js';

const wanted = (over: Partial<AgentDecision>): AgentDecision => ({ ...wait(BTC, 'because'), share: 0.4, leverage: 2, confidence: 0.8, ...over });
function inputs({ held, mode = 'perpetual', state = 'ACTIVE' }: { held?: 'long' | 'short'; mode?: AccountView['mode']; state?: AccountView['state']['state'] } = {}): CycleInputs {
  const trading = new MemoryTrading();
  trading.open('trend', 10_000, mode);
  return {
    agent: agentConfig({ leverage: 5 }), cycle: 7, asOf: 1000, lessons: [], before: {},
    account: { ...trading.account('trend'), positions: held ? [{ symbol: BTC, side: held, leverage: 4 } as AccountView['positions'][number]] : [], state: { state, code: 'BY_HAND', reason: 'so' } },
    symbols: [{ instrument: instrumentOf(BTC, { tickSize: 0.1 }), interval: '1h', source: 'x', price: 100, candles: [], indicators: null, structure: null, signal: null }],
  };
}

describe('what of a decision can be done', () => {
  it.each<[string, Partial<AgentDecision>, Parameters<typeof inputs>[0], Partial<AgentDecision>]>([
    ['an opening as it is', { action: 'open_long', target: 120, stop: 90 }, {}, { action: 'open_long', target: 120, stop: 90, leverage: 2, share: 0.4 }],
    ['no more leverage than the agent may use', { action: 'open_short', leverage: 50 }, {}, { leverage: 5 }],
    ['no exit on the wrong side', { action: 'open_long', target: 90, stop: 110 }, {}, { target: null, stop: null }],
    ['nor at the price itself', { action: 'open_short', target: 100, stop: 100 }, {}, { target: null, stop: null }],
    ['no short on spot', { action: 'open_short' }, { mode: 'spot' }, { action: 'wait' }],
    ['more of the same side', { action: 'open_long' }, { held: 'long' }, { action: 'open_long' }],
    ['the other side closed first', { action: 'open_long', stop: 90 }, { held: 'short' }, { action: 'close_short', stop: null, leverage: 4 }],
    ['a close of what is there', { action: 'close_long' }, { held: 'long' }, { action: 'close_long', leverage: 4 }],
    ['no close of what is not there', { action: 'close_short' }, { held: 'long' }, { action: 'wait' }],
    ['nothing new while HALTED', { action: 'open_long' }, { state: 'HALTED' }, { action: 'wait' }],
    ['nothing new while REDUCING', { action: 'open_short' }, { state: 'REDUCING' }, { action: 'wait' }],
    ['a close while HALTED', { action: 'close_long' }, { held: 'long', state: 'HALTED' }, { action: 'close_long' }],
    ['a turn while HALTED, only to close', { action: 'open_short' }, { held: 'long', state: 'HALTED' }, { action: 'close_long' }],
  ])('%s', (_name, decision, circumstances, expected) => {
    expect(feasible(wanted(decision), inputs(circumstances))).toMatchObject(expected);
  });

  it('is proposed under the cycle\'s key, with levels on ticks', () => {
    const done = feasible(wanted({ action: 'open_long', target: 120.26, stop: 90.04 }), inputs());
    const made = agentProposal(done, inputs())!;
    expect(made).toMatchObject({
      key: 'agent:trend:7:BTCUSDT', accountId: 'trend', origin: 'agent', originId: 'trend', correlationId: 'agent:trend:7', asOf: 1000, confidence: 0.8, leverage: 2,
      want: { kind: 'open', side: 'long', size: { kind: 'share', share: 0.4 } },
    });
    expect([made.exits!.target!.toString(), made.exits!.stop!.toString(), made.price!.toString()]).toEqual(['120.3', '90', '100']);
    expect(agentProposal(wanted({ action: 'open_long', share: null }), inputs())).toMatchObject({ want: { size: { kind: 'policy' } }, exits: null });
    expect(agentProposal(wanted({ action: 'close_short' }), inputs())).toMatchObject({ want: { kind: 'close', quantity: null } });
    for (const action of ['hold', 'wait'] as const) expect(agentProposal(wanted({ action }), inputs())).toBeNull();
  });
});
