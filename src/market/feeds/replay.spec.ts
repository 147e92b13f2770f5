import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConfiguredInstrument, SourceFormat } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import type { Interval } from '../../model/interval.js';
import type { BadRow } from './replay-file.js';
import { ReplayFeed, type ReplayFeedOptions } from './replay.js';

const UTC: SourceFormat = { timestamps: 'utc', volume: 'base' };
const DATA = '../shared/data';
const onRealData = existsSync(DATA) ? it : it.skip; // the real candles are no part of the project
if (!existsSync(DATA)) console.log(`skipped: ${DATA} is absent, the replay of real candles is not tested`);

const folder = mkdtempSync(join(tmpdir(), 'replay-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const fileOf = (lines: readonly string[], header = 'timestamp,open,high,low,close,volume'): string => {
  const path = join(folder, `${++files}.csv`);
  writeFileSync(path, [header, ...lines, ''].join('\n'));
  return path;
};
/** `count` good minutes from `start`. */
const minutes = (count: number, start = '2022-01-01T00:00:00Z'): string[] =>
  Array.from({ length: count }, (_, at) => `${new Date(Date.parse(start) + at * 60_000).toISOString()},10,12,9,${10 + (at % 3)},5`);

const instrument = (symbol: string, format: SourceFormat): ConfiguredInstrument => ({
  symbol, name: symbol, assetClass: 'equity', currency: 'USD', hours: 'us_equity', tickSize: 0.01, lotSize: 1, sources: { replay: format }, listed: true,
});

interface Said {
  readonly symbol: string;
  readonly interval: Interval;
  readonly candle: Candle;
}

/** Replays to the end, or until `enough` candles. */
async function replay(given: Record<string, readonly [path: string, format: SourceFormat]>, options: Partial<ReplayFeedOptions> = {}, enough = Infinity) {
  const said: Said[] = [];
  const bad: BadRow[] = [];
  const errors: unknown[] = [];
  const feed = new ReplayFeed({
    instruments: Object.entries(given).map(([symbol, [, format]]) => instrument(symbol, format)),
    files: new Map(Object.entries(given).map(([symbol, [path]]) => [symbol, path])),
    loop: false, speed: 0, onBadRow: (row) => bad.push(row), onError: (error) => errors.push(error), ...options,
  });
  let over = (): void => {};
  const finished = new Promise<'ended' | 'enough'>((resolve) => {
    over = () => resolve('enough');
    void feed.start({
      tick: () => {},
      candle: async (symbol, interval, candle) => {
        if (said.length < enough) said.push({ symbol, interval, candle });
        if (said.length === enough) over();
      },
      ended: () => resolve('ended'),
    }).catch((error: unknown) => {
      errors.push(error);
      resolve('ended');
    });
  });
  const how = await finished;
  await feed.stop();
  return { said, bad, errors, feed, how };
}

const refusal = async (path: string, format = UTC): Promise<string> => {
  const { errors, said } = await replay({ X: [path, format] });
  expect(said).toHaveLength(0);
  return (errors[0] as Error).message;
};

describe('a replay of real candles', () => {
  onRealData('says every candle of Bitcoin and SPY, merged by when they are known', async () => {
    const { said, bad, how, feed } = await replay({
      BTCUSDT: [`${DATA}/BTCUSDT-1m.csv`, { timestamps: 'utc', volume: 'quote' }],
      SPY: [`${DATA}/SPY-1d.csv`, { timestamps: 'session_date', volume: 'base' }],
    });
    expect([how, bad]).toEqual(['ended', []]);
    const btc = said.filter(({ symbol }) => symbol === 'BTCUSDT');
    const spy = said.filter(({ symbol }) => symbol === 'SPY');
    expect([btc.length, btc[0]!.interval, spy.length, spy[0]!.interval]).toEqual([45_031, '1m', 5849, '1d']);
    expect(btc.at(-1)!.candle).toEqual({
      time: Date.parse('2022-02-01T05:31:00Z'), knownAt: Date.parse('2022-02-01T05:32:00Z'),
      open: 38525, high: 38546, low: 38525, close: 38544, volume: 685906.9735 / ((38546 + 38525 + 38544) / 3),
    });
    expect(spy.at(-1)!.candle).toEqual({
      time: Date.parse('2021-03-31T00:00:00Z'), knownAt: Date.parse('2021-03-31T20:00:00Z'),
      open: 395.35, high: 398, low: 395.33, close: 396.33, volume: 90673494,
    });
    expect(spy[0]!.candle.knownAt).toBe(Date.parse('1998-01-02T21:00:00Z'));
    expect(said.every(({ candle }, at) => at === 0 || said[at - 1]!.candle.knownAt <= candle.knownAt)).toBe(true);
    expect(feed.now()).toBe(btc.at(-1)!.candle.knownAt);
    expect(await feed.history()).toEqual([]);
  });

  onRealData('reads New York wall time, in winter and in summer', async () => {
    const { said, bad } = await replay({ AAPL: [`${DATA}/AAPL-1h.csv`, { timestamps: 'exchange_local', volume: 'base' }] });
    expect([said.length, said[0]!.interval, bad]).toEqual([10_927, '1h', []]);
    expect(new Date(said[0]!.candle.time).toISOString()).toBe('2014-06-10T13:00:00.000Z');
    expect(said.some(({ candle }) => candle.time === Date.parse('2015-01-06T14:00:00Z') )).toBe(true);
    expect(said.at(-1)!.candle).toMatchObject({ knownAt: Date.parse('2020-08-27T20:00:00Z'), close: 500.04 });
  });
});

describe('bad rows', () => {
  it('are reported with file, line and reason, and skipped', async () => {
    const good = minutes(12);
    const path = fileOf([
      good[0]!, '2022-01-01T00:01:00Z,10,12,9,10', '2022-01-01T00:01:00Z,10,12,9,ten,5', '2022-01-01T00:01:00Z,10,9,12,10,5',
      '', '2022-01-01T00:01:00Z,13,12,9,10,5', '2022-01-01T00:01:00Z,10,12,9,8,5', '2022-01-01T00:01:00Z,10,12,0,10,5',
      '2022-01-01T00:01:00Z,10,12,9,10,-1', good[0]!, '2022-02-30T00:01:00Z,10,12,9,10,5', '"2022-01-01T00:01:00Z,10,12,9,10,5', ',10,12,9,10,5',
      '2022-01-01T00:01:00Z,10,12,9,,5', ...good.slice(1),
    ]);
    const { said, bad, feed } = await replay({ X: [path, UTC] });
    expect(said).toHaveLength(12);
    expect(bad.every(({ file }) => file === path)).toBe(true);
    expect(bad.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
      '3: 5 fields instead of 6 (timestamp,open,high,low,close,volume)',
      '4: close "ten" is not a number',
      '5: high 9 is below low 12',
      '7: open 13 is outside of 9 to 12',
      '8: close 8 is outside of 9 to 12',
      '9: a price is not positive',
      '10: volume -1 is negative',
      '11: timestamp 2022-01-01T00:00:00.000Z is not after the row before',
      expect.stringMatching(/^12: timestamp "2022-02-30T00:01:00Z" is not/),
      expect.stringMatching(/^13: timestamp ""2022-01-01T00:01:00Z" is not/),
      expect.stringMatching(/^14: timestamp "" is not/),
      '15: close "" is not a number',
    ]);
    expect(feed.badRows).toBe(12);
  });

  it('are all counted, twenty reported, then the total; a loop does not report them again', async () => {
    const path = fileOf([...Array.from({ length: 33 }, () => 'x,1,1,1,1,1'), ...minutes(5)]);
    const { bad, feed } = await replay({ X: [path, UTC] }, { loop: true }, 12);
    expect(bad).toHaveLength(21);
    expect(bad[20]).toMatchObject({ file: path, line: null, reason: expect.stringContaining('33 bad rows') });
    expect(feed.badRows).toBe(33);
  });

  it('only: the replay refuses to start, with the file and the first reason', async () => {
    const path = fileOf(['2022-01-01T00:01:00Z,10,12,9,ten,5', 'x']);
    expect(await refusal(path)).toBe(`${path} (X) has no good row; line 2: close "ten" is not a number. Correct REPLAY_FILES or the file`);
    expect(await refusal(fileOf([]))).toContain('is empty');
    expect(await refusal(join(folder, 'absent.csv'))).toMatch(/absent\.csv \(X\) cannot be read: ENOENT/);
  });

  it('include an interval that there is not', async () => {
    const rows = Array.from({ length: 5 }, (_, at) => `2022-01-01T0${at}:30:00Z,1,1,1,1,1`);
    expect(await refusal(fileOf(rows.flatMap((row, at) => [`2022-01-01T0${at}:00:00Z,1,1,1,1,1`, row])))).toContain('every 30 minutes');
    expect(await refusal(fileOf(minutes(5)), { timestamps: 'session_date', volume: 'base' })).toMatch(/one good row only.*line 3: timestamp 2022-01-01T00:01:00.000Z is not after/);
    expect(await refusal(fileOf(minutes(1)))).toContain('one good row only');
  });

  it('are not made of a missing header or a byte-order mark', async () => {
    const [first, ...rest] = minutes(4);
    expect((await replay({ X: [fileOf(rest, first), UTC] })).said).toHaveLength(4);
    const marked = await replay({ X: [fileOf(minutes(4), '\ufefftimestamp,open,high,low,close,volume'), UTC] });
    expect([marked.said.length, marked.bad]).toEqual([4, []]);
  });
});

describe('a loop', () => {
  it('shifts times on by the whole span and one interval, so that time only grows', async () => {
    const { said, how } = await replay({ X: [fileOf(minutes(4)), UTC] }, { loop: true }, 10);
    const start = Date.parse('2022-01-01T00:00:00Z');
    expect(how).toBe('enough');
    expect(said.map(({ candle }) => (candle.time - start) / 60_000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(said.map(({ candle }) => candle.close)).toEqual([10, 11, 12, 10, 10, 11, 12, 10, 10, 11]);
  });

  it('keeps session dates dates and files beside each other', async () => {
    const daily = fileOf(['2022-01-03T00:00:00Z,1,1,1,1,1', '2022-01-04T00:00:00Z,1,1,1,1,1']);
    const { said } = await replay({
      D: [daily, { timestamps: 'session_date', volume: 'base' }],
      M: [fileOf(minutes(3, '2022-01-04T10:00:00Z')), UTC],
    }, { loop: true }, 10);
    expect(said.map(({ symbol, candle }) => `${symbol} ${new Date(candle.time).toISOString().slice(0, 16)}`)).toEqual([
      'D 2022-01-03T00:00', 'M 2022-01-04T10:00', 'M 2022-01-04T10:01', 'M 2022-01-04T10:02', 'D 2022-01-04T00:00',
      'D 2022-01-05T00:00', 'M 2022-01-06T10:00', 'M 2022-01-06T10:01', 'M 2022-01-06T10:02', 'D 2022-01-06T00:00',
    ]);
  });
});

describe('the pace', () => {
  it('follows when candles are known, at the speed asked for', async () => {
    const waits: number[] = [];
    let now = 1_000;
    const wait = (ms: number, then: () => void) => {
      waits.push(ms);
      now += ms;
      queueMicrotask(then);
      return () => {};
    };
    const rows = [...minutes(3), ...minutes(1, '2022-01-01T01:02:00Z')];
    const { said } = await replay({ X: [fileOf(rows), UTC] }, { speed: 60, clock: () => now, wait });
    expect(said).toHaveLength(4);
    expect(waits).toEqual([1000, 1000, 60_000]);
  });

  it('ends in the middle of a wait at stop()', async () => {
    let waiting = (): void => {};
    const reached = new Promise<void>((resolve) => { waiting = resolve; });
    let cancelled = false;
    const said: Candle[] = [];
    const feed = new ReplayFeed({
      instruments: [instrument('X', UTC)], files: new Map([['X', fileOf(minutes(3))]]), loop: false, speed: 1,
      onBadRow: () => {}, onError: (error) => { throw error as Error; },
      wait: () => {
        waiting();
        return () => { cancelled = true; };
      },
    });
    let ended = false;
    await feed.start({ tick: () => {}, candle: async (_symbol, _interval, candle) => { said.push(candle); }, ended: () => { ended = true; } });
    await reached;
    await feed.stop();
    expect([said.length, cancelled, ended]).toEqual([1, true, false]);
  });

  it('at 0 still waits for the sink', async () => {
    const log: string[] = [];
    const feed = new ReplayFeed({
      instruments: [instrument('X', UTC)], files: new Map([['X', fileOf(minutes(3))]]), loop: false, speed: 0, onBadRow: () => {}, onError: () => {},
    });
    await new Promise<void>((resolve) => {
      void feed.start({
        tick: () => {},
        candle: async () => {
          log.push('in');
          await new Promise((done) => setImmediate(done));
          log.push('out');
        },
        ended: resolve,
      });
    });
    expect(log).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });

  it('reports a sink that rejects, and ends', async () => {
    const errors: unknown[] = [];
    const feed = new ReplayFeed({
      instruments: [instrument('X', UTC)], files: new Map([['X', fileOf(minutes(3))]]), loop: false, speed: 0, onBadRow: () => {}, onError: (error) => errors.push(error),
    });
    await new Promise<void>((resolve) => {
      void feed.start({ tick: () => {}, candle: () => Promise.reject(new Error('not stored')), ended: resolve });
    });
    expect(errors).toEqual([new Error('not stored')]);
  });
});
