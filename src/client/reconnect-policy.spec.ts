import { describe, expect, it } from '@jest/globals';
import { CODES } from '../model/codes.js';
import { jitteredBackoff } from './backoff.js';
import { closeError, connectError, isTerminalClose } from './close-codes.js';
import { dialAddress, endpoint } from './endpoint.js';
import { ConclaveError } from './error.js';

const lost = new ConclaveError('CONNECTION_LOST', '', true);

describe('which closes end the client', () => {
  it.each([4400, 4401, 4403, 4404, 1002, 1008, 1009])('%i does', (code) => expect(isTerminalClose(code)).toBe(true));
  it.each([1000, 1001, 1005, 1006, 1011, 1012, 4001, 4008, 4429])('%i does not', (code) => expect(isTerminalClose(code)).toBe(false));

  it('agrees with the table of codes, but for a crash of the server, which is worth coming back', () => {
    for (const [name, row] of Object.entries(CODES)) {
      if (row.close === undefined || name === 'INTERNAL') continue;
      expect([name, isTerminalClose(row.close)]).toEqual([name, !row.retryable]);
    }
  });

  it('keeps the error that the server said before it closed', () => {
    const said = new ConclaveError('TOKEN_EXPIRED', 'expired at noon', false);
    expect(closeError(4401, '', said)).toMatchObject({ code: 'TOKEN_EXPIRED', message: 'expired at noon', retryable: false });
    expect(closeError(1006, '', said)).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    expect(closeError(4008, '', null)).toMatchObject({ code: 'SLOW_CONSUMER', retryable: true });
  });

  it('reads the status of a refused upgrade', () => {
    expect(connectError('ws://x', 'Unexpected server response: 403')).toMatchObject({ code: 'FORBIDDEN', retryable: false });
    expect(connectError('ws://x', 'Unexpected server response: 503')).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retryable: true });
    expect(connectError('ws://x', 'connect ECONNREFUSED')).toMatchObject({ code: 'CANNOT_CONNECT', retryable: true });
  });
});

describe('jitteredBackoff', () => {
  it('doubles from half a second to half a minute', () => {
    const longest = jitteredBackoff(() => 1);
    expect([1, 2, 3, 7, 50].map((attempt) => longest(attempt, lost))).toEqual([500, 1000, 2000, 30_000, 30_000]);
    expect(jitteredBackoff(() => 0)(3, lost)).toBe(1000);
  });

  it('spreads clients of a draining node and honours retry_after_ms', () => {
    expect(jitteredBackoff(() => 0.5)(1, new ConclaveError('DRAINING', '', true))).toBe(1375);
    expect(jitteredBackoff(() => 0)(1, new ConclaveError('RATE_LIMITED', '', true, [], { retry_after_ms: 7000 }))).toBe(7250);
  });
});

describe('endpoint', () => {
  it.each([
    ['http://127.0.0.1:8000', 'ws://127.0.0.1:8000/ws/signals'],
    ['https://signals.example.com/', 'wss://signals.example.com/ws/signals'],
    ['ws://h:1/behind/a/proxy', 'ws://h:1/behind/a/proxy'],
  ])('%s is %s', (url, address) => expect(endpoint(url).href).toBe(address));

  it.each(['', '127.0.0.1:8000', 'ftp://h', 'AAPL'])('refuses %j', (url) => expect(() => endpoint(url)).toThrow(/write it like/));

  it('carries who comes back and the position in rooms joined by themselves', () => {
    const address = new URL(dialAddress(endpoint('http://h'), 'c1', { system: { epoch: 'e', offset: 3 } }));
    expect(address.searchParams.get('client_id')).toBe('c1');
    expect(JSON.parse(address.searchParams.get('since')!)).toEqual({ system: { epoch: 'e', offset: 3 } });
    expect(dialAddress(endpoint('http://h'), null, {})).toBe('ws://h/ws/signals');
  });
});
