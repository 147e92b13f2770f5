import { CodedError } from '../../model/codes.js';
import type { Flaw } from '../answer.js';

const MOST_PAYLOAD = 8000;

/** Reads a trigger's configuration field by field and gathers what is wrong with it. Paths begin with `config.`. */
export class ConfigFields {
  private readonly read = new Set<string>();

  constructor(private readonly given: Readonly<Record<string, unknown>>, readonly flaws: Flaw[], private readonly prefix = 'config.') {}

  has(name: string): boolean {
    this.read.add(name);
    return this.given[name] !== undefined && this.given[name] !== null;
  }

  /** Adds a flaw, and gives `instead`. */
  flaw<T>(name: string, message: string, instead: T): T {
    this.flaws.push({ path: `${this.prefix}${name}`, message });
    return instead;
  }

  value(name: string): unknown {
    this.read.add(name);
    return this.given[name];
  }

  text(name: string, most: number): string {
    const value = this.value(name);
    return isText(value, most) ? value : this.flaw(name, `must be text of 1 to ${most} characters`, '');
  }

  textOr<T>(name: string, most: number, absent: T): string | T {
    return this.has(name) ? this.text(name, most) : absent;
  }

  /** A list of 1 to `count` texts without repeats. */
  texts(name: string, count: number, most: number): readonly string[] {
    const value = this.value(name);
    const good = Array.isArray(value) && value.length >= 1 && value.length <= count && value.every((each) => isText(each, most));
    return good ? [...new Set(value as string[])] : this.flaw(name, `must be a list of 1 to ${count} texts of at most ${most} characters`, []);
  }

  textsOr(name: string, count: number, most: number): readonly string[] {
    const value = this.value(name);
    return this.has(name) && !(Array.isArray(value) && value.length === 0) ? this.texts(name, count, most) : [];
  }

  number(name: string, least: number, most: number, absent?: number): number {
    const value = this.value(name) ?? absent;
    return typeof value === 'number' && value >= least && value <= most ? value : this.flaw(name, `must be a number from ${least} to ${most}`, least);
  }

  integer(name: string, least: number, most: number, absent?: number): number {
    const value = this.value(name) ?? absent;
    return Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : this.flaw(name, `must be an integer from ${least} to ${most}`, least);
  }

  oneOf<const T extends string>(name: string, words: readonly T[], absent?: T): T {
    const value = this.value(name) ?? absent;
    return words.includes(value as T) ? value as T : this.flaw(name, `must be one of ${words.join(', ')}`, words[0]!);
  }

  flag(name: string): boolean {
    const value = this.value(name) ?? false;
    return typeof value === 'boolean' ? value : this.flaw(name, 'must be true or false', false);
  }

  /** `payload` of an event: text, or an object or a list as JSON text; null: absent. */
  payload(): string | null {
    if (!this.has('payload')) return null;
    const value = this.value('payload');
    const text = typeof value === 'object' ? JSON.stringify(value) : value;
    return isText(text, MOST_PAYLOAD) ? text : this.flaw('payload', `must be text or an object, of at most ${MOST_PAYLOAD} characters`, null);
  }

  /** The fields of an object within. */
  object(name: string): ConfigFields {
    const value = this.value(name);
    const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : this.flaw(name, 'must be an object', {});
    return new ConfigFields(given, this.flaws, `${this.prefix}${name}.`);
  }

  /** What the market calls the symbols. */
  symbols(names: readonly string[], path: string, market: SymbolNames): readonly string[] {
    const found = names.map((name) => {
      try {
        return market.instrument(name).symbol;
      } catch (error) {
        if (error instanceof CodedError) return this.flaw(path, error.message, name);
        throw error;
      }
    });
    return [...new Set(found)];
  }

  /** A field that nothing has read is a mistake: a typo would change what happens without a word. */
  end(): void {
    for (const name of Object.keys(this.given)) {
      if (!this.read.has(name)) this.flaw(name, `is no field of it; there are ${[...this.read].join(', ')}`, null);
    }
  }
}

/** The part of the market that knows how symbols are spelled. @throws CodedError UNKNOWN_SYMBOL */
export interface SymbolNames {
  instrument(symbol: string): { readonly symbol: string };
}

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= most && !value.includes('\0');
