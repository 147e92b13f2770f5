import { describe, expect, it } from '@jest/globals';
import { readHandshake, tokenOf } from './handshake.js';

const fresh = (): string => 'fresh';
const of = (url: string, auth?: unknown, authorization?: string) =>
  readHandshake({ url, auth, headers: authorization === undefined ? {} : { authorization } }, fresh);
const since = { 'symbol:AAPL': { epoch: 'k3x9', offset: 42 }, system: { epoch: 'e', offset: 0 } };

describe('the token', () => {
  it('comes from the header before auth before the query', () => {
    expect(of('/?token=q', { token: 'a' }, 'Bearer h').token).toBe('h');
    expect(of('/?token=q', { token: 'a' }).token).toBe('a');
    expect(of('/ws/signals?x=1&token=q').token).toBe('q');
  });

  it.each(['Basic abc', 'Bearer', 'Bearer ', 'bearer a b'])('is not taken from %j', (header) => {
    expect(of('/', undefined, header).token).toBeNull();
  });

  it('is absent where nobody gave one', () => {
    for (const nothing of [undefined, null, {}, { token: null }, { token: '' }, 'token', Object.create({ token: 'inherited' })]) {
      expect(tokenOf({ headers: {}, auth: nothing, url: '/?token=' })).toBeNull();
    }
  });

  it('that is no string is refused', () => {
    expect(() => of('/', { token: 7 })).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR', details: [{ path: 'token', message: 'must be a string' }] }));
  });
});

describe('the client id', () => {
  it('is the presented one', () => {
    expect(of('/?client_id=a_B-9').clientId).toBe('a_B-9');
    expect(of('/?client_id=query', { client_id: 'auth' }).clientId).toBe('auth');
  });

  it.each(['', 'a b', 'a:b', 'x'.repeat(65), 7, null])('is a fresh one where %j was presented', (id) => {
    expect(of('/', { client_id: id }).clientId).toBe('fresh');
  });

  it('is long and random where it is fresh', () => {
    const ids = new Set(Array.from({ length: 100 }, () => readHandshake({ headers: {} }).clientId));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

describe('since', () => {
  it('is a map, in the query or in auth', () => {
    const expected = new Map(Object.entries(since));
    expect(of(`/?since=${encodeURIComponent(JSON.stringify(since))}`).since).toEqual(expected);
    expect(of('/', { since }).since).toEqual(expected);
    expect(of('/', { since: JSON.stringify(since) }).since).toEqual(expected);
  });

  it('is empty where nobody said anything', () => {
    for (const nothing of [undefined, {}, { since: null }, { since: {} }]) expect(of('/?since=', nothing).since.size).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'since'],
    ['one position', { epoch: 'e', offset: 1 }, 'since'],
    ['a list', [], 'since'],
    ['a number', 7, 'since'],
    ['no room', { nowhere: { epoch: 'e', offset: 1 } }, 'since'],
    ['a prototype', '{"__proto__":{"epoch":"e","offset":1}}', 'since'],
    ['no position', { system: null }, 'since.system'],
    ['no epoch', { system: { offset: 1 } }, 'since.system.epoch'],
    ['an offset below 0', { system: { epoch: 'e', offset: -1 } }, 'since.system.offset'],
    ['an offset beyond 2^53-1', { system: { epoch: 'e', offset: 2 ** 53 } }, 'since.system.offset'],
  ])('that is %s is refused', (_what, value, path) => {
    expect(() => of('/', { since: value })).toThrow(expect.objectContaining({ code: 'VALIDATION_ERROR', details: [{ path, message: expect.any(String) }] }));
  });
});
