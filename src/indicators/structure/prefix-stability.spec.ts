import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Candle } from '../../model/candle.js';
import type { StructureEvent } from '../../model/structure.js';
import { StructureTracker } from './structure-tracker.js';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const SHORTEST = 400;

function load(file: string, intervalMs: number): Candle[] {
  return readFileSync(new URL(file, DATA), 'utf8').trim().split('\n').slice(1).map((line) => {
    const [timestamp, ...numbers] = line.split(',');
    const [open, high, low, close, volume] = numbers.map(Number) as [number, number, number, number, number];
    const time = Date.parse(timestamp!);
    return { time, knownAt: time + intervalMs, open, high, low, close, volume };
  });
}

/** Everything that was ever confirmed, as text at the moment at which it was first seen. */
class Confirmed {
  private readonly tracker: StructureTracker;
  private last: readonly StructureEvent[] = [];
  readonly events: StructureEvent[] = [];
  readonly texts: string[] = [];

  constructor(interval: '1m' | '1d') {
    this.tracker = new StructureTracker(interval);
  }

  update(candle: Candle): readonly StructureEvent[] {
    const { events } = this.tracker.update(candle);
    if (events === this.last) return events;
    const before = this.last.at(-1);
    for (const event of events.slice(before === undefined ? 0 : events.lastIndexOf(before) + 1)) {
      if (event.confirmed_at !== candle.knownAt) throw new Error(`said at ${candle.knownAt}, but dated ${event.confirmed_at}`);
      this.events.push(event);
      this.texts.push(JSON.stringify(event));
    }
    return (this.last = events);
  }
}

const upTo = (full: Confirmed, end: number): number => {
  let low = 0;
  let high = full.events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (full.events[middle]!.confirmed_at <= end) low = middle + 1;
    else high = middle;
  }
  return low;
};

const run = (interval: '1m' | '1d', candles: readonly Candle[]): Confirmed => {
  const record = new Confirmed(interval);
  for (const candle of candles) record.update(candle);
  return record;
};

describe.each([['SPY-1d.csv', '1d', 86_400_000], ['BTCUSDT-1m.csv', '1m', 60_000]] as const)('structure of %s', (file, interval, ms) => {
  const present = existsSync(new URL(file, DATA));
  if (!present) console.log(`skipped: ../shared/data/${file} is absent`);
  const check = present ? it : it.skip;

  check('says each event once, at its confirmation, and never changes it: every prefix of the whole file', () => {
    const candles = load(file, ms);
    const full = run(interval, candles);
    expect(full.events.map((event) => JSON.stringify(event))).toEqual(full.texts);
    expect(new Set(full.events.map(({ kind }) => kind)).size).toBe(7);
    const blocks = full.events.filter(({ kind }) => kind === 'order_block');
    expect(new Set(blocks.map(({ time }) => time)).size).toBe(blocks.length); // one candle, one block

    const again = new Confirmed(interval);
    candles.forEach((candle, at) => {
      const kept = again.update(candle);
      if (at + 1 < SHORTEST) return;
      const end = upTo(full, candle.knownAt);
      if (again.texts.length !== end || again.texts[end - 1] !== full.texts[end - 1]) throw new Error(`differs after ${at + 1} candles`);
      if (kept.at(-1) !== undefined && JSON.stringify(kept.at(-1)) !== full.texts[end - 1]) throw new Error(`list differs after ${at + 1} candles`);
    });
    expect(again.texts).toEqual(full.texts);
  });

  check('is the same where only the prefix was ever seen: fresh trackers of each of 400 to 700 candles, and some longer', () => {
    const candles = load(file, ms);
    const full = run(interval, candles);
    const lengths = Array.from({ length: 301 }, (_, at) => SHORTEST + at);
    for (let length = 1000; length <= 5000; length += 1000) lengths.push(length);
    for (const length of lengths) {
      const { texts } = run(interval, candles.slice(0, length));
      const expected = full.texts.slice(0, upTo(full, candles[length - 1]!.knownAt));
      if (texts.join('\n') !== expected.join('\n')) expect({ length, texts }).toEqual({ length, texts: expected });
    }
  });

  check('is the same whatever comes after', () => {
    const candles = load(file, ms).slice(0, 900);
    const before = run(interval, candles);
    const turned = candles.slice(600).map((candle) => ({ ...candle, open: 1e6 - candle.open, high: 1e6 - candle.low, low: 1e6 - candle.high, close: 1e6 - candle.close }));
    const other = run(interval, [...candles.slice(0, 600), ...turned]);
    const end = upTo(before, candles[599]!.knownAt);
    expect(other.texts.slice(0, end)).toEqual(before.texts.slice(0, end));
    expect(other.texts).not.toEqual(before.texts);
  });
});
