import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fields } from '../../config/fields.js';
import { Findings } from '../../config/findings.js';
import { strategyFile } from '../../config/strategy-file.js';
import type { Candle } from '../../model/candle.js';
import { loadStrategies } from './load-strategies.js';
import { toProposal } from './intent-to-proposal.js';
import type { StrategyContext } from './strategy.js';

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'conclave-strategy-')); });
afterEach(() => rmSync(root, { recursive: true, force: true }));

const load = (strategy: string, parameters: Record<string, number> = {}, file: string | null = null) =>
  loadStrategies([{ id: 'mine', strategy, file, accountId: 'main', symbols: ['AAPL'], parameters }]);
let files = 0;
const loadText = (text: string, parameters?: Record<string, number>) => {
  const file = join(root, `own-${++files}.mjs`); // a module is loaded once by its path
  writeFileSync(file, text);
  return load('./own.mjs', parameters, file);
};

describe('a strategy of the house', () => {
  it('has defaults for what is left out', async () => {
    const { strategies, problems } = await load('moving_average_crossover', { long: 50 });
    expect(problems).toEqual([]);
    expect(strategies[0]!.parameters).toEqual({ short: 5, long: 50, band: 0.01, quantity: 10, on_ticks: 0, shorts: 0 });
  });

  it.each([
    ['moving_averages', {}, /strategy moving_averages is not known: use moving_average_crossover, or the path of a file such as/],
    ['moving_average_crossover', { shrot: 3 }, /parameters\.shrot is none of its parameters: use short, long, band, quantity, on_ticks, shorts$/],
    ['moving_average_crossover', { short: 2.5 }, /parameters\.short must be a whole number from 1 to 200 \(5 where it is left out\), not 2\.5$/],
    ['moving_average_crossover', { quantity: 0 }, /parameters\.quantity must be from 1e-9 to 1000000000/],
    ['moving_average_crossover', { short: 20 }, /parameters\.short is 20 and parameters\.long 20: short must be less$/],
    ['moving_average_crossover', { constructor: 1 }, /parameters\.constructor is none of its parameters/],
  ])('%s with %j is a mistake', async (strategy, parameters, remedy) => {
    const { strategies, problems } = await load(strategy, parameters as Record<string, number>);
    expect(strategies).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(remedy)]);
    expect(problems[0]).toMatch(/^config\/agents\.yaml: strategy mine: /);
  });
});

describe('a strategy of one\'s own', () => {
  it.each(['export default class Mine { onTick() { return []; } }', 'export class Mine { onSignal() {} }', 'export default class { constructor() { this.onCandle = () => []; } }'])('is the class that a file exports: %s', async (text) => {
    const { strategies, problems } = await loadText(text);
    expect(problems).toEqual([]);
    expect(strategies).toHaveLength(1);
  });

  it.each([
    ['export default class {', {}, /own\.mjs cannot be loaded \(SyntaxError: .*\): correct the file$/],
    ['import "./none.mjs";', {}, /own\.mjs cannot be loaded \(.*none\.mjs.*\): correct the file$/],
    ['throw new Error("at once");', {}, /cannot be loaded \(Error: at once\)/],
    ['export const a = 1;', {}, /own\.mjs exports no class: write export default class/],
    ['export class A { onTick() {} } export class B { onTick() {} }', {}, /exports 2 classes: write export default class/],
    ['export default class Mine {}', {}, /Mine has none of onTick, onCandle, onSignal: write at least one$/],
    ['export default class Mine { constructor() { throw new Error("no"); } }', {}, /Mine cannot be made with \{\} \(no\): correct its constructor$/],
    ['export default class Mine { onTick() {} }', { a: 1 }, /parameters\.a is none of its parameters: it has none$/],
    ['export default class Mine { static problems() { throw new Error("no"); } onTick() {} }', {}, /checking its parameters failed \(no\)/],
  ])('%s is a mistake', async (text, parameters, remedy) => {
    expect((await loadText(text, parameters as Record<string, number>)).problems).toEqual([expect.stringMatching(remedy)]);
  });

  it('lies below the project\'s root', () => {
    const findings = new Findings();
    const at = (strategy: string): string | null => strategyFile(Fields.of({ strategy }, 'config/agents.yaml: strategies[0].', findings)!, strategy, join(root, 'project'));
    mkdirSync(join(root, 'project', 'folder.js'), { recursive: true });
    for (const path of ['outside.js', 'project/inside.js']) writeFileSync(join(root, path), '');
    symlinkSync(join(root, 'outside.js'), join(root, 'project', 'link.js'));
    expect(at('moving_average_crossover')).toBeNull();
    expect(at('./inside.js')).toMatch(/project.inside\.js$/);
    expect(findings.problems).toEqual([]);
    for (const wrong of ['./none.js', './folder.js', './link.js', './../outside.js', '../outside.js', '/etc/passwd', './inside.ts']) expect(at(wrong)).toBeNull();
    expect(findings.problems.map((each) => each.replace('config/agents.yaml: strategies[0].strategy ', ''))).toEqual([
      './none.js does not exist: relative paths begin at the project\'s root', './folder.js is not a file: name a JavaScript file',
      './link.js lies outside of the project\'s root: move it below', './../outside.js lies outside of the project\'s root: move it below',
      ...['../outside.js', '/etc/passwd', './inside.ts'].map((path) => `${path} must be a JavaScript file below the project's root, such as ./examples/breakout-strategy.js`),
    ]);
  });

  it('as in examples/ wants something where a candle begins to close above the others', async () => {
    const path = './examples/breakout-strategy.js';
    const { strategies, problems } = await load(path, { candles: 3 }, resolve(import.meta.dirname, '../../..', path));
    expect(problems).toEqual([]);
    const [{ of, parameters }] = strategies as [(typeof strategies)[number]];
    expect(of.warmUp!(parameters)).toBe(4);
    const strategy = new of(parameters);
    const candle = (close: number): Candle => ({ time: 0, knownAt: 1, open: close, high: close + 1, low: close - 1, close, volume: 1 });
    const given = [10, 10, 10, 10, 12, 14, 14, 14, 20].map((close) => strategy.onCandle!(candle(close), { symbol: 'AAPL' } as StrategyContext) ?? []);
    expect(given.map((intents) => intents.length)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 1]);
    const made = toProposal(given[4]![0]!, { key: 'k', strategyId: 'mine', accountId: 'main', symbol: 'AAPL', signalId: null, now: 1, price: 12 });
    expect(made).toMatchObject({ want: { kind: 'target', direction: 1, size: { kind: 'policy' } }, reason: 'The close 12 is above 11, the highest of 3 candles.' });
    expect([made.exits!.target, made.exits!.stop].map(String)).toEqual(['20', '8']);
  });
});
