import { describe, expect, test } from '@jest/globals';
import type { Scope } from '../../model/scope.js';
import { CodedError } from '../../model/codes.js';
import { checkedRoom, mayStay } from './room-access.js';
import type { Principal } from './principal.js';

const who = (...scopes: Scope[]): Principal => ({ subject: 'alice', scopes: new Set(scopes), expiresAt: null, anonymous: false });
const AGENTS = new Set(['a1', 'a2']);

const refusal = (room: string, principal: Principal, agents: ReadonlySet<string> = AGENTS): CodedError => {
  try {
    checkedRoom(room, principal, agents);
  } catch (error) {
    return error as CodedError;
  }
  throw new Error(`${room} was not refused`);
};

describe('rooms and who may join them', () => {
  test('an agent\'s room is for those who read, and only where the agent is', () => {
    expect(checkedRoom('agent:a1', who('read'), AGENTS)).toBe('agent:a1');
    expect(refusal('agent:a1', who('trade')).code).toBe('FORBIDDEN');
    expect(refusal('agent:a3', who('read'))).toMatchObject({ code: 'NOT_FOUND', message: 'There is no agent a3; there are a1, a2' });
    expect(refusal('agent:a3', who('read'), new Set()).message).toContain('see TRADING');
    expect(mayStay(who('read'), 'agent:a1')).toBe(true);
    expect(mayStay(who('approve'), 'agent:a1')).toBe(false);
  });

  test('approvals are for those who approve', () => {
    expect(checkedRoom('approvals', who('approve'), AGENTS)).toBe('approvals');
    expect(refusal('approvals', who('read', 'trade')).code).toBe('FORBIDDEN');
  });

  test.each(['groups', 'analysts'])('%s is for those who read, as its lists are', (room) => {
    expect(checkedRoom(room, who('read'), AGENTS)).toBe(room);
    expect(refusal(room, who('approve')).code).toBe('FORBIDDEN');
  });

  test('another client\'s room is nobody else\'s', () => {
    expect(checkedRoom('client:alice', who('read'), AGENTS)).toBe('client:alice');
    expect(refusal('client:bob', who('read', 'admin')).code).toBe('FORBIDDEN');
  });
});
