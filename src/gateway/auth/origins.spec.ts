import { expect, it } from '@jest/globals';
import { originAllowed } from './origins.js';

const HOST = 'signals.example:8000';

it.each<[string | undefined, string | undefined, boolean]>([
  [undefined, HOST, true],
  ['http://signals.example:8000', HOST, true],
  ['https://signals.example', 'signals.example', true],
  ['http://signals.example', 'signals.example:80', true],
  ['http://localhost:5173', HOST, true],
  ['http://127.0.0.1', HOST, true],
  ['http://[::1]:3000', HOST, true],
  ['http://signals.example', HOST, false],
  ['http://signals.example:8001', HOST, false],
  ['http://evil.example', HOST, false],
  ['http://localhost.evil.example', HOST, false],
  ['http://evil.example#localhost', HOST, false],
  ['http://signals.example:8000', undefined, false],
  ['file://localhost', HOST, false],
  ['null', HOST, false],
  ['null', 'null', false],
  ['', HOST, false],
])('without a list, %j at %j: %j', (origin, host, allowed) => {
  expect(originAllowed(origin, host, null)).toBe(allowed);
});

it('with a list takes exact matches only', () => {
  const list = ['https://app.example', 'null'];
  expect(originAllowed('https://app.example', HOST, list)).toBe(true);
  expect(originAllowed(undefined, HOST, list)).toBe(true);
  for (const origin of ['https://app.example:443', 'http://app.example', 'https://APP.example', 'http://localhost', `http://${HOST}`, 'null']) {
    expect(originAllowed(origin, HOST, list)).toBe(false);
  }
});
