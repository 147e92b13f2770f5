import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsIn, IsInt, validate, ValidateNested } from 'class-validator';
import fc from '../../../test/support/seeded.js';
import { costMs } from '../../../test/support/cost.js';
import { CodedError } from '../../model/codes.js';
import { AnalyzeCommand, AuthenticateCommand, GetStatusCommand, PingCommand, SubscribeCommand, UnsubscribeCommand } from './commands.dto.js';
import { isRoomName } from './room-name.dto.js';
import { positionIn } from './since.dto.js';
import { validated, validationError } from './validate.js';

const COMMANDS = [SubscribeCommand, UnsubscribeCommand, AnalyzeCommand, GetStatusCommand, AuthenticateCommand, PingCommand];
const at = { epoch: 'k3x9', offset: 42 };

const refusalOf = (cls: new () => object, payload: unknown): CodedError => {
  try {
    validated(cls, payload);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    expect((error as CodedError).code).toBe('VALIDATION_ERROR');
    return error as CodedError;
  }
  throw new Error('It was accepted');
};
const pathsOf = (cls: new () => object, payload: unknown): string[] => refusalOf(cls, payload).details.map(({ path }) => path);

describe('subscribe', () => {
  it('takes one symbol, several, or a room', () => {
    expect(validated(SubscribeCommand, { symbol: 'BTC/USD', id: '7', type: 'subscribe' })).toEqual({ symbol: 'BTC/USD' });
    expect(validated(SubscribeCommand, { symbols: ['AAPL', 'nvda'] })).toEqual({ symbols: ['AAPL', 'nvda'] });
    expect(validated(SubscribeCommand, { room: 'approvals', symbol: null })).toEqual({ room: 'approvals' });
    expect(validated(SubscribeCommand, { symbol: 'AAPL' })).toBeInstanceOf(SubscribeCommand);
  });

  it.each([{}, { symbol: 'A', room: 'system' }, { symbols: ['A'], symbol: 'A' }])('wants exactly one of them: %j', (payload) => {
    expect(refusalOf(SubscribeCommand, payload).details).toEqual([{ path: 'symbol', message: expect.stringContaining('give exactly one of symbol, symbols, room') }]);
  });

  it.each<[unknown, string[]]>([
    [{ symbol: '' }, ['symbol']],
    [{ symbol: 7 }, ['symbol']],
    [{ symbol: ['AAPL'] }, ['symbol']],
    [{ symbol: 'A'.repeat(21) }, ['symbol']],
    [{ symbols: [] }, ['symbols']],
    [{ symbols: 'AAPL' }, ['symbols']],
    [{ symbols: { length: 1 } }, ['symbols']],
    [{ symbols: Array(1001).fill('A') }, ['symbols']],
    [{ symbols: ['A', 'b c', null] }, ['symbols[1]', 'symbols[2]']],
    [{ room: 'symbols:A' }, ['room']],
    [{ symbol: 'A', types: [] }, ['types']],
    [{ symbol: 'A', types: ['alert', 'nonsense'] }, ['types[1]']],
    [{ symbol: 'A', since: 5 }, ['since']],
    [{ symbol: 'A', since: [at] }, ['since']],
    [{ symbol: 'A', since: { epoch: '', offset: 1.5 } }, ['since.epoch', 'since.offset']],
    [{ symbol: 'A', since: { epoch: 'e'.repeat(65), offset: 2 ** 53 } }, ['since.epoch', 'since.offset']],
    [{ symbol: 'A', since: { epoch: 'e', offset: '42' } }, ['since.offset']],
    [{ symbol: 'A', since: { epoch: 'e' } }, ['since.offset']],
    [{ symbols: ['A'], since: at }, ['since']],
    [{ symbols: ['A'], since: { A: at } }, ['since']],
    [{ symbols: ['A'], since: { 'symbol:A': { epoch: 'e', offset: -1 }, system: 3 } }, ['since.symbol:A.offset', 'since.system']],
  ])('refuses %j at %j', (payload, paths) => {
    expect(pathsOf(SubscribeCommand, payload)).toEqual(paths);
  });

  it('takes a position, or a map of room to position', () => {
    const one = validated(SubscribeCommand, { symbol: 'A', since: { ...at, recovered: true } });
    expect(one.since).toEqual(at);
    expect(positionIn(one.since, 'symbol:A')).toEqual(at);
    const map = validated(SubscribeCommand, { symbols: ['A', 'B'], since: { 'symbol:A': { ...at, room: 'symbol:A' } } });
    expect(map.since).toEqual(new Map([['symbol:A', at]]));
    expect(positionIn(map.since, 'symbol:A')).toEqual(at);
    expect(positionIn(map.since, 'symbol:B')).toBeUndefined();
    expect(positionIn(validated(SubscribeCommand, { symbol: 'A', since: { 'symbol:A': at } }).since, 'symbol:A')).toEqual(at);
    expect(validated(SubscribeCommand, { symbol: 'A', since: { epoch: 'e', offset: Number.MAX_SAFE_INTEGER } }).since).toBeDefined();
  });

  it('says what is wrong in words, and not more than 20 times', () => {
    const { message, details } = refusalOf(SubscribeCommand, { symbols: Array(1000).fill('no good') });
    expect(details).toHaveLength(21);
    expect(details[20]).toEqual({ path: '', message: 'and 980 more' });
    expect(message).toBe('symbols[0]: "no good" is no symbol: 1 to 20 of A-Z 0-9 . _ / - (and 999 more, see details)');
  });
});

describe('the other commands', () => {
  it('analyze has a depth, fast where it says nothing', () => {
    expect(validated(AnalyzeCommand, { symbol: 'AAPL' }).depth).toBe('fast');
    expect(validated(AnalyzeCommand, { symbol: 'AAPL', depth: null }).depth).toBe('fast');
    expect(validated(AnalyzeCommand, { symbol: 'AAPL', depth: 'deep' }).depth).toBe('deep');
    expect(refusalOf(AnalyzeCommand, { symbol: 'AAPL', depth: 'slow' }).details).toEqual([{ path: 'depth', message: 'must be one of: fast, deep' }]);
    expect(pathsOf(AnalyzeCommand, {})).toEqual(['symbol']);
  });

  it('authenticate wants a token', () => {
    expect(validated(AuthenticateCommand, { token: 'x'.repeat(8192) }).token).toHaveLength(8192);
    for (const token of [undefined, '', 7, 'x'.repeat(8193)]) expect(pathsOf(AuthenticateCommand, { token })).toContain('token');
  });

  it('ping and get_status want nothing and keep nothing', () => {
    expect(Object.keys(validated(PingCommand, { a: 1 }))).toEqual([]);
    expect(validated(GetStatusCommand, undefined)).toBeInstanceOf(GetStatusCommand);
  });
});

describe('a payload', () => {
  it.each([null, [], [{ symbol: 'A' }], 'AAPL', 7, true, new Map(), new Date(), Buffer.from('{}')])('must be an object: %p', (payload) => {
    for (const command of COMMANDS) expect(refusalOf(command, payload).details).toEqual([{ path: '', message: 'the payload must be an object' }]);
  });

  it('is not read through its prototype', () => {
    const inherits: unknown = Object.create(Object.assign(Object.create(null), { symbol: 'AAPL' }));
    expect(pathsOf(AnalyzeCommand, inherits)).toEqual(['symbol']);
    expect(pathsOf(AnalyzeCommand, JSON.parse('{"__proto__":{"symbol":"AAPL"}}'))).toEqual(['symbol']);
    expect(pathsOf(SubscribeCommand, JSON.parse('{"symbol":"A","since":{"__proto__":{"epoch":"e","offset":1}}}'))).toEqual(['since']);
    expect(pathsOf(SubscribeCommand, JSON.parse('{"symbol":"A","since":{"constructor":{"name":"x"}}}'))).toEqual(['since']);
    expect(validated(SubscribeCommand, JSON.parse('{"symbol":"A","__proto__":{"polluted":1},"constructor":7}'))).toEqual({ symbol: 'A' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('may be as deep as it likes where nobody looks, and nowhere else', () => {
    const deep: unknown = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000));
    expect(validated(SubscribeCommand, { symbol: 'A', other: deep })).toEqual({ symbol: 'A' });
    expect(pathsOf(SubscribeCommand, { symbol: 'A', since: deep })).toEqual(['since']);
    expect(pathsOf(AnalyzeCommand, { symbol: 'A', depth: deep })).toEqual(['depth']);
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`symbol:S${n}`, at]));
    expect(pathsOf(SubscribeCommand, { symbol: 'A', since: wide })).toEqual(['since']);
  });

  it('never makes anything but a command or a CodedError, whatever it is', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.anything(), fc.constantFrom('AAPL', 'symbol:A', at, [at], { 'symbol:A': at }));
    const field = fc.constantFrom('symbol', 'symbols', 'room', 'since', 'types', 'depth', 'token', '__proto__', 'constructor', 'id');
    const payload = fc.oneof(value, fc.array(fc.tuple(field, value)).map((pairs) => Object.fromEntries(pairs)));
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(fc.property(fc.constantFrom(...COMMANDS), payload, (command, given) => {
      try {
        expect(validated<object>(command, given)).toBeInstanceOf(command);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        expect(error.details.length).toBeGreaterThan(0);
      }
      expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    }), { numRuns: 3_000 });
  });
});

it('reaches into nested classes, and drops what they do not know', () => {
  class Inner {
    @IsInt()
    n!: number;
  }
  class Outer {
    @ValidateNested({ each: true })
    @Type(() => Inner)
    list!: Inner[];
  }
  expect(validated(Outer, { list: [{ n: 1, x: 2 }] })).toEqual({ list: [{ n: 1 }] });
  expect(pathsOf(Outer, { list: [{ n: 1 }, { n: 'x' }] })).toEqual(['list[1].n']);
});

it.each<[unknown, boolean]>([
  ['symbol:BTC/USD', true], ['system', true], ['groups', true], ['analysts', true], ['agent:deepseek-chat-v3.1', true], ['group:g1', true], ['approvals', true], ['ops', true],
  ['client:anonymous:x', true], ['client:auth0|7', true],
  ['symbol:', false], ['symbol:A B', false], ['System', false], ['system:x', false], ['agent:', false], ['agent:a/b', false],
  ['client:', false], ['client:a\nb', false], [`client:${'x'.repeat(256)}`, false], ['constructor', false], ['', false], [7, false], [null, false],
])('room %j: %j', (name, valid) => {
  expect(isRoomName(name)).toBe(valid);
});

it('names a field once: the library’s own words begin with it, and so does the path', async () => {
  class Kinds {
    @IsIn(['a', 'b'])
    kind = 'c';
  }
  const { message, details } = validationError(await validate(new Kinds()));
  expect(message).toBe('kind: must be one of the following values: a, b');
  expect(details).toEqual([{ path: 'kind', message: 'must be one of the following values: a, b' }]);
});

it('costs little, also for a thousand symbols with their positions', () => {
  const symbols = Array.from({ length: 1000 }, (_, n) => `S${n}`);
  const payload = { symbols, since: Object.fromEntries(symbols.map((symbol) => [`symbol:${symbol}`, at])) };
  // 0.5 ms on a free core outside of Jest, 20 ms through class-transformer
  expect(costMs(() => validated(SubscribeCommand, payload))).toBeLessThan(10);
});
