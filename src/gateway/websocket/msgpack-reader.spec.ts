import { describe, expect, it } from '@jest/globals';
import fc from '../../../test/support/seeded.js';
import { Packr } from 'msgpackr';
import { readMsgpack } from './msgpack-reader.js';

const PACKRS = [new Packr({ useRecords: false }), new Packr({ useRecords: false, variableMapSize: true })];
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('what JSON can say', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'grapheme' }), fc.constantFrom(...PACKRS), (value, packr) => {
      expect(readMsgpack(Buffer.from(packr.pack(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }));
  });

  it.each([
    ['00', 0], ['7f', 127], ['ff', -1], ['e0', -32], ['cc ff', 255], ['cd ffff', 65_535], ['ce ffffffff', 4_294_967_295], ['cf 001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['d0 80', -128], ['d1 8000', -32_768], ['d2 80000000', -2_147_483_648], ['d3 ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['ca 3fc00000', 1.5], ['cb 3ff199999999999a', 1.1], ['c0', null], ['c2', false], ['c3', true],
    ['a0', ''], ['a3 616263', 'abc'], ['d9 01 61', 'a'], ['da 0001 61', 'a'], ['db 00000001 61', 'a'],
    ['90', []], ['92 01 02', [1, 2]], ['dc 0001 01', [1]], ['dd 00000001 01', [1]], ['80', {}], ['81 a1 61 01', { a: 1 }], ['de 0001 a1 61 01', { a: 1 }], ['df 00000001 a1 61 01', { a: 1 }],
    ['82 a1 61 01 a1 61 02', { a: 2 }],
  ])('%s is %p', (bytes, value) => {
    expect(readMsgpack(hex(bytes))).toEqual(value);
  });

  it('has `__proto__` for a key like others', () => {
    const read = readMsgpack(hex('81 a9 5f5f70726f746f5f5f 81 a1 61 01')) as object;
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'it ends too early'], ['a2 61', 'it ends too early'], ['ce 01', 'it ends too early'], ['01 02', '1 bytes follow its value'],
    ['c1', '0xc1 begins'], ['c4 00', '0xc4 begins binary data or an extension'], ['d6 ff 00000000', '0xd6 begins'], ['c7 00 01', '0xc7 begins'], ['d4 72 40', '0xd4 begins'],
    ['81 01 01', 'a key is not a string'], ['a1 ff', 'a string is not UTF-8'], ['cb 7ff0000000000000', 'Infinity is no number of JSON'], ['ca 7fc00000', 'NaN is no number of JSON'],
    ['91'.repeat(60_000), 'it is more than 32 levels deep'],
  ])('%.40s: %s', (bytes, why) => {
    expect(() => readMsgpack(hex(bytes))).toThrow(why);
  });

  it('lengths beyond what follows, before anything is made for them', () => {
    const claims = hex('dd 01ffffff '.repeat(13_000));
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 20; round++) expect(() => readMsgpack(claims)).toThrow('it ends too early');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50e6);
  });

  it('by an Error that says why, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        readMsgpack(Buffer.from(bytes));
      } catch (error) {
        expect((error as Error).message).toMatch(/^(it |0x|a |-?Infinity|NaN|\d+ bytes)/);
      }
    }), { numRuns: 2000 });
  });
});
