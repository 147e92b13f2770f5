import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decide } from '../consensus/decide.js';
import { IndicatorSet } from '../indicators/indicator-set.js';
import { StructureTracker } from '../indicators/structure/structure-tracker.js';
import type { Candle } from '../model/candle.js';
import { intervalMs, type Interval } from '../model/interval.js';
import type { Instrument } from '../model/instrument.js';
import type { MarketView } from '../model/market-view.js';
import { viewOf } from '../../test/support/views.js';
import { ruleAnalystsFrom } from './analysts-from-seats.js';
import { Panel } from './panel.js';
import { RULES } from './rules/rules.js';

const RULES_OF_CONSENSUS = { threshold: 0.7, minConfidence: 0.6, minDomains: 3 };
/** A third of the minutes: enough to notice a shift, and quick. */
const MOST_CANDLES = 15_000;
const VIEW_CANDLES = 200;
/** From here on every rule is warm. */
const WARM = 113;

const FILES: readonly [string, Interval, Instrument['hours'], 'base' | 'quote'][] = [
  ['SPY-1d.csv', '1d', 'us_equity', 'base'],
  ['BTCUSDT-1m.csv', '1m', 'always', 'quote'],
];

describe.each(FILES)('the default panel on %s', (file, interval, hours, volumeIs) => {
  const path = new URL(`../../../shared/data/${file}`, import.meta.url);
  const test = existsSync(path) ? it : it.skip;

  test('makes BUY and SELL in 10 to 35 % of the runs each, with four voters and one tolerated fault at the least (skipped where ../shared/data is absent)', async () => {
    const seats = [...RULES.keys()].map((rule) => ({ id: rule, name: rule, kind: 'rule' as const, rule, weight: 1 }));
    const panel = new Panel(ruleAnalystsFrom(seats), 2000, () => 0, (_analyst, error) => { throw error; });
    const count = { BUY: 0, SELL: 0, HOLD: 0, none: 0 };
    let runs = 0;
    let fewest = Infinity;
    let leastFaults = Infinity;
    for (const view of viewsOf(readFileSync(path, 'utf8'), interval, hours, volumeIs)) {
      const verdict = decide(await panel.ask(view, () => {}), RULES_OF_CONSENSUS);
      count[verdict.kind === 'decided' ? verdict.action : 'none']++;
      if (++runs <= WARM) continue;
      fewest = Math.min(fewest, verdict.faultDomains);
      leastFaults = Math.min(leastFaults, verdict.kind === 'decided' ? verdict.toleratedFaults : 0);
    }
    for (const side of ['BUY', 'SELL'] as const) {
      expect(count[side] / runs).toBeGreaterThan(0.1);
      expect(count[side] / runs).toBeLessThan(0.35);
    }
    expect(fewest).toBeGreaterThanOrEqual(6);
    expect(leastFaults).toBeGreaterThanOrEqual(1);
  });
});

/** What a replay of the file sees after each closed candle. */
function* viewsOf(csv: string, interval: Interval, hours: Instrument['hours'], volumeIs: 'base' | 'quote'): Generator<MarketView> {
  const set = new IndicatorSet(interval, hours);
  const tracker = new StructureTracker(interval);
  const { instrument } = viewOf();
  const candles: Candle[] = [];
  let previous: MarketView['previous'] = null;
  for (const line of csv.trimEnd().split('\n').slice(1, 1 + MOST_CANDLES)) {
    const [stamp, open, high, low, close, volume] = line.split(',') as [string, string, string, string, string, string];
    const time = Date.parse(stamp);
    const knownAt = time + intervalMs(interval);
    const candle = { time, knownAt, open: +open, high: +high, low: +low, close: +close, volume: volumeIs === 'quote' ? +volume / +close : +volume };
    candles.push(candle);
    if (candles.length > VIEW_CANDLES) candles.shift();
    const indicators = set.update(candle);
    const structure = tracker.update(candle);
    yield { instrument: { ...instrument, hours }, interval, asOf: knownAt, source: 'replay', price: candle.close, candles, indicators, previous, structure, news: [], similar: [] };
    previous = indicators;
  }
}
