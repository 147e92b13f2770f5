import type { Findings } from './findings.js';

const FLAGS: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, 1: true, false: false, no: false, off: false, 0: false };
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

interface Range {
  readonly min: number;
  readonly max: number;
  /** True: `min` itself is not allowed. */
  readonly above?: boolean;
  /** The range as it is said, where numbers say it badly. */
  readonly words?: string;
}

/**
 * Reads single variables. One that is wrong is reported and read as its default, so that the others are still
 * looked at; an empty one counts as not set.
 */
export class Variables {
  /** All that were ever asked for. */
  readonly known = new Set<string>();

  constructor(
    private readonly values: ReadonlyMap<string, string>,
    private readonly findings: Findings,
  ) {}

  names(): IterableIterator<string> {
    return this.values.keys();
  }

  text(name: string): string | null {
    this.known.add(name);
    return this.values.get(name)?.trim() || null;
  }

  integer(name: string, fallback: number, range: Range): number {
    return this.parsed(name, INTEGER, 'an integer', fallback, range);
  }

  number(name: string, fallback: number, range: Range): number {
    return this.parsed(name, DECIMAL, 'a number', fallback, range);
  }

  /** null where it is not said. */
  flag(name: string): boolean | null {
    const text = this.text(name);
    if (text === null) return null;
    const flag = FLAGS[text.toLowerCase()];
    if (flag === undefined) this.findings.problem(`${name}=${text}: must be true or false`);
    return flag ?? null;
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === null) return fallback;
    const chosen = choices.find((each) => each === text);
    if (chosen === undefined) this.findings.problem(`${name}=${text}: must be one of ${choices.join(', ')}`);
    return chosen ?? fallback;
  }

  /** Comma-separated; null where nothing is in it. */
  list(name: string): readonly string[] | null {
    const items = (this.text(name) ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '');
    return items.length > 0 ? items : null;
  }

  private parsed(name: string, form: RegExp, kind: string, fallback: number, { min, max, above = false, words }: Range): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (form.test(text) && (above ? value > min : value >= min) && value <= max) return value;
    const range = words ?? (above ? `above ${min} and at most ${max}` : `from ${min} to ${max}`);
    this.findings.problem(`${name}=${text}: must be ${kind} ${range}; without it, it is ${fallback}`);
    return fallback;
  }
}
