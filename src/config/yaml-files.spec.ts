import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analystsFile } from './analysts-file.js';
import { Variables } from './variables.js';
import { Findings } from './findings.js';
import { symbolsFile } from './symbols-file.js';

let root: string;
let findings: Findings;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'conclave-config-'));
  mkdirSync(join(root, 'config'));
  findings = new Findings();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(root, 'config', `${name}.yaml`), text);
const ABC = '{name: Abc, asset_class: equity, currency: USD, hours: us_equity, tick_size: 0.01, lot_size: 1}';

describe('config/symbols.yaml', () => {
  const read = (text: string) => {
    write('symbols', text);
    return symbolsFile(root, findings);
  };

  it('needs only symbols; the rest has defaults', () => {
    const file = read(`symbols:\n  ABC: ${ABC}\n`);
    expect(findings.problems).toEqual([]);
    expect(file.intervals).toEqual(['1m', '5m', '15m', '1h', '4h', '1d']);
    expect(file.horizonBars['1d']).toBe(5);
    expect(file.instruments.get('ABC')?.sources['replay']).toEqual({ timestamps: 'utc', volume: 'base' });
  });

  it('keeps intervals in the order of their lengths, and horizons by interval', () => {
    const file = read(`intervals: [1d, 1m]\nhorizon_bars: {1d: 7}\nsymbols: {ABC: ${ABC}}\n`);
    expect(findings.problems).toEqual([]);
    expect(file.intervals).toEqual(['1m', '1d']);
    expect(file.horizonBars).toMatchObject({ '1d': 7, '1m': 60 });
  });

  it.each([
    ['symbols:\n  ABC: "name\n', /^config\/symbols\.yaml is not YAML: .* at line \d+, column \d+$/],
    ['just text', /^config\/symbols\.yaml must have fields/],
    [`symbols: {ABC: ${ABC}}\nintervals: [1m, 2m]`, /^config\/symbols\.yaml: intervals has 2m: use some of 1m/],
    [`symbols: {ABC: ${ABC}}\nintervals: []`, /intervals is empty: name some of/],
    [`symbols: {ABC: ${ABC}}\nhorizon_bars: {1m: 0}`, /horizon_bars\.1m must be a whole number of bars from 1 to 10000, not 0$/],
    [`symbols: {ABC: ${ABC}}\nhorizon_bars: {2m: 5}`, /horizon_bars\.2m is no field here: use 1m/],
    [`symbols: {ABC: ${ABC}}\nhorizons: {}`, /horizons is no field here: use intervals, horizon_bars, symbols$/],
    ['intervals: [1m]', /symbols must have fields \(name: value\), not missing$/],
    [`symbols: {abc: ${ABC}}`, /symbols\.abc is no symbol: use 1 to 20 of A-Z/],
    [`symbols: {A/BC: ${ABC}, A-BC: ${ABC}}`, /symbols\.A-BC names the same instrument as A\/BC: keep one spelling$/],
    [`symbols: {ABC: ${ABC.replace('equity', 'bond')}}`, /symbols\.ABC\.asset_class must be one of equity, crypto, not "bond"$/],
    [`symbols: {ABC: ${ABC.replace('0.01', '0')}}`, /symbols\.ABC\.tick_size must be a number above 0, not 0$/],
    [`symbols: {ABC: ${ABC.replace('lot_size: 1', '')}}`, /symbols\.ABC\.lot_size must be a number above 0, not missing$/],
    [`symbols: {ABC: ${ABC.replace('}', ', tick: 1}')}}`, /symbols\.ABC\.tick is no field here: use name, /],
    [`symbols: {ABC: ${ABC.replace('}', ', sources: {replay: {timestamps: local, volume: base}}}')}}`, /symbols\.ABC\.sources\.replay\.timestamps must be one of utc, exchange_local, session_date/],
    [`symbols: {ABC: ${ABC}, ABC: ${ABC}}`, /is not YAML: Map keys must be unique/],
  ])('%j is a mistake', (text, remedy) => {
    read(text);
    expect(findings.problems).toEqual([expect.stringMatching(remedy)]);
  });

  it('a missing file is a mistake', () => {
    symbolsFile(root, findings);
    expect(findings.problems).toEqual([expect.stringMatching(/^config\/symbols\.yaml cannot be read .*: start from the project's root, or restore the file$/)]);
  });
});

describe('config/analysts.yaml', () => {
  const read = (text: string) => {
    write('analysts', text);
    return analystsFile(root, new Variables(new Map(), findings), { feeds: [], everyMs: 1, maxAgeMs: 1 }, findings).seats;
  };

  it('seats who is listed, those on trial too', () => {
    expect(read('analysts:\n  - {id: trend, name: Trend, kind: rule, rule: trend, weight: 0.5}\n  - {id: new, name: New, kind: rule, rule: trend, weight: 0}\n')).toEqual([
      { id: 'trend', name: 'Trend', kind: 'rule', rule: 'trend', weight: 0.5 },
      { id: 'new', name: 'New', kind: 'rule', rule: 'trend', weight: 0 },
    ]);
    expect(findings.problems).toEqual([]);
  });

  it.each([
    ['analysts: {id: a}', /analysts must be a list/],
    ['analysts: [trend]', /analysts\[0\] must have fields \(name: value\), not "trend"$/],
    ['analysts: [{id: A b, name: A, kind: rule, rule: trend, weight: 1}]', /analysts\[0\]\.id is A b: use up to 40 of/],
    ['analysts: [{id: a, name: A, kind: rule, rule: t, weight: 1}, {id: a, name: B, kind: rule, rule: t, weight: 1}]', /analysts\[1\]\.id a is taken: give each/],
    ['analysts: [{id: a, name: A, kind: llm, model: x, weight: 1}]', /analysts\[0\]\.kind must be one of rule, model/],
    ['analysts: [{id: a, name: A, kind: rule, weight: 1}]', /analysts\[0\]\.rule must be some text, not missing$/],
    ['analysts: [{id: a, name: A, kind: rule, rule: t, weight: 1001}]', /analysts\[0\]\.weight must be 0 \(on trial\) or 0\.001 to 1000, not 1001$/],
    ['analysts: [{id: a, name: A, kind: rule, rule: t, weigth: 1, weight: 1}]', /analysts\[0\]\.weigth is no field here/],
  ])('%j is a mistake', (text, remedy) => {
    read(text);
    expect(findings.problems).toEqual([expect.stringMatching(remedy)]);
  });
});
