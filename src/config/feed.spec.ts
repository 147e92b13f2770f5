import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from './load.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  cpSync(resolve(import.meta.dirname, '../../config'), join(root, 'config'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('takes the address of an outside stream as it is, with what is secret in it', () => {
  const url = 'wss://user:hunter2@feed.example.com:8443/ticks?token=hunter2';
  const { feed, instruments } = loadConfig({ env: { FEED: `ws:${url}`, SYMBOLS: 'AAPL,BTC/USD' }, root });
  expect(feed).toMatchObject({ kind: 'ws', url });
  expect(instruments.map(({ symbol }) => symbol)).toEqual(['AAPL', 'BTC/USD']);
  expect(loadConfig({ env: {}, root }).feed).toMatchObject({ kind: 'simulated', url: null });
});

it('reads strategies of the house and of one\'s own, and says what is wrong with them', () => {
  const strategies = (text: string) => {
    writeFileSync(join(root, 'config', 'agents.yaml'), `strategies: ${text}\n`);
    return loadConfig({ env: {}, root }).trading.strategies;
  };
  writeFileSync(join(root, 'mine.js'), '');
  const [house, own] = strategies('[{id: a, strategy: moving_average_crossover, account: main, symbols: [aapl], parameters: {short: 3}}, {id: b, strategy: ./mine.js, account: main, symbols: [BTCUSDT, NOPE]}]');
  expect(house).toEqual({ id: 'a', strategy: 'moving_average_crossover', file: null, accountId: 'main', symbols: ['AAPL'], parameters: { short: 3 } });
  expect(own).toMatchObject({ id: 'b', strategy: './mine.js', file: expect.stringMatching(/mine\.js$/), symbols: ['BTCUSDT'] });
  expect(() => strategies('[{id: a, strategy: x, account: main, symbols: [AAPL]}, {id: a, strategy: ./none.js, account: main, symbols: [AAPL]}, {id: "a:b", strategy: x, account: nobody, symbols: [AAPL]}]'))
    .toThrow(/strategies\[1\]\.id a is taken[\s\S]*strategies\[1\]\.strategy \.\/none\.js does not exist[\s\S]*strategies\[2\]\.id is a:b[\s\S]*nobody is none of main/);
});
