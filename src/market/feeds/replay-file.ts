import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { SourceFormat } from '../../config/config.js';
import type { Candle } from '../../model/candle.js';
import { INTERVALS, type Interval, intervalMs } from '../../model/interval.js';
import { candleOf, COLUMNS, openingOf, parseRow, type Row } from './replay-row.js';

/** Something about a file that should be known. `line` counts from 1; null: about the file as a whole. */
export interface BadRow {
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

const REPORTED = 20;
const INSPECTED = 400;
const LONGEST_LINE = 65_536;

type Report = (line: number, reason: string) => void;
interface ParsedLine {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const isHeader = (record: readonly string[]): boolean =>
  record.length === COLUMNS.length && COLUMNS.every((name, at) => record[at]!.toLowerCase() === name);

/** One CSV file of one symbol, read as a stream: never the whole of it is in memory. */
export class CandleFile {
  /** Skipped so far by `candles`. */
  badRows = 0;
  #interval: Interval | null = null;
  /** What passes with a report have covered; a loop does not report the same rows again. */
  #reported = false;

  constructor(
    readonly symbol: string,
    readonly path: string,
    private readonly format: SourceFormat,
    private readonly onBadRow: (bad: BadRow) => void,
  ) {}

  /** Known after `inspect`. */
  get interval(): Interval {
    if (!this.#interval) throw new Error(`${this.path}: prepare() the feed before asking for its interval`);
    return this.#interval;
  }

  get timestamps(): SourceFormat['timestamps'] {
    return this.format.timestamps;
  }

  /** Finds the interval, the most common gap of the first rows. Throws with the file's name where there is nothing to replay. */
  async inspect(): Promise<void> {
    const gaps = new Map<number, number>();
    let [good, last] = [0, Number.NaN];
    let firstBad: string | null = null;
    for await (const row of this.#rows((line, reason) => { firstBad ??= `line ${line}: ${reason}`; })) {
      const time = openingOf(row.written, this.format.timestamps);
      if (good++ > 0) gaps.set(time - last, (gaps.get(time - last) ?? 0) + 1);
      last = time;
      if (good >= INSPECTED) break;
    }
    if (good === 0) throw this.#refusal(firstBad ? `has no good row; ${firstBad}` : 'is empty');
    if (good === 1) throw this.#refusal(`has one good row only, which tells no interval${firstBad ? `; ${firstBad}` : ''}`);
    const gap = [...gaps].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
    const interval = INTERVALS.find((each) => intervalMs(each) === gap);
    if (!interval) throw this.#refusal(`has a row every ${gap / 60_000} minutes: make it one of ${INTERVALS.join(', ')}`);
    this.#interval = interval;
  }

  /** All good candles, oldest first, `shift` milliseconds later than written. The first pass reports bad rows. */
  async *candles(shift: number): AsyncGenerator<Candle, void, undefined> {
    const quiet = this.#reported;
    this.#reported = true;
    const report: Report = (line, reason) => {
      if (quiet) return;
      this.badRows++;
      if (this.badRows <= REPORTED) this.onBadRow({ file: this.path, line, reason });
    };
    try {
      for await (const row of this.#rows(report)) yield candleOf(row, this.format, this.interval, shift);
    } finally {
      if (!quiet && this.badRows > REPORTED) {
        this.onBadRow({ file: this.path, line: null, reason: `${this.badRows} bad rows skipped in all, the first ${REPORTED} were reported` });
      }
    }
  }

  async *#rows(report: Report): AsyncGenerator<Row, void, undefined> {
    let [first, last] = [true, Number.NEGATIVE_INFINITY];
    for await (const { record, info } of this.#lines()) {
      const header = first && isHeader(record);
      first = false;
      if (header) continue;
      const row = parseRow(record);
      if (typeof row === 'string') {
        report(info.lines, row);
        continue;
      }
      const time = openingOf(row.written, this.format.timestamps);
      if (time > last) {
        last = time;
        yield row;
      } else report(info.lines, `timestamp ${new Date(row.written).toISOString()} is not after the row before`);
    }
  }

  async *#lines(): AsyncGenerator<ParsedLine, void, undefined> {
    // no quotes: a line is a row, so that one bad quote cannot swallow the rest of the file
    const parser = parse({ bom: true, info: true, quote: false, trim: true, relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_LINE });
    // the parser is destroyed with the error, so that the loop below throws it
    pipeline(createReadStream(this.path), parser, () => {});
    try {
      for await (const line of parser) yield line as ParsedLine;
    } catch (error) {
      throw this.#refusal(`cannot be read: ${(error as Error).message}`);
    }
  }

  #refusal(what: string): Error {
    return new Error(`${this.path} (${this.symbol}) ${what}. Correct REPLAY_FILES or the file`);
  }
}
