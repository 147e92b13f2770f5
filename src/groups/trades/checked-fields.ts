import { decimal, type Decimal } from '../../model/decimal.js';
import type { Flaw } from '../answer.js';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** Beyond it something is wrong, whatever it is a quantity or a price of. */
const LARGEST = 1e15;

interface Lengths {
  readonly least?: number;
  readonly most: number;
}

/** Fields of one object of a frame; every flaw is listed with its path, and reading goes on. A null is as good as nothing. */
export class CheckedFields {
  constructor(private readonly fields: Json, private readonly path: string, readonly flaws: Flaw[]) {}

  has(name: string): boolean {
    return isThere(this.fields[name]);
  }

  wrong(name: string, message: string): null {
    this.flaws.push({ path: this.path === '' ? name : `${this.path}.${name}`, message });
    return null;
  }

  /** null: it is not there, or flawed. */
  text(name: string, { least = 0, most }: Lengths): string | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    if (typeof value === 'string' && value.length >= least && value.length <= most && !value.includes('\0')) return value;
    return this.wrong(name, `must be text of ${least} to ${most} characters`);
  }

  texts(name: string, most: number, longest: number): readonly string[] {
    const value = this.fields[name];
    if (!isThere(value)) return [];
    const good = Array.isArray(value) && value.length <= most && value.every((each) => typeof each === 'string' && each.length <= longest && !each.includes('\0'));
    if (good) return [...new Set(value as string[])];
    this.wrong(name, `must be a list of at most ${most} texts of at most ${longest} characters`);
    return [];
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    return choices.find((each) => each === value) ?? this.wrong(name, `must be ${choices.join(' or ')}`);
  }

  whole(name: string, least: number, most: number): number | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    return this.wrong(name, `must be a whole number from ${least} to ${most}`);
  }

  share(name: string): number | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    return this.wrong(name, 'must be a number from 0 to 1');
  }

  /** 0 or more. */
  amount(name: string, hint: string): Decimal | null {
    return this.number(name, (value) => value >= 0, `must be a finite number, 0 or more${hint}`);
  }

  /** Above 0. */
  price(name: string): Decimal | null {
    return this.number(name, (value) => value > 0, 'must be a finite number above 0');
  }

  /** null: it is not there, or flawed. */
  object(name: string): CheckedFields | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    if (!isObject(value)) return this.wrong(name, 'must be an object');
    return new CheckedFields(value, this.path === '' ? name : `${this.path}.${name}`, this.flaws);
  }

  raw(name: string): unknown {
    return this.fields[name];
  }

  private number(name: string, fits: (value: number) => boolean, needed: string): Decimal | null {
    const value = this.fields[name];
    if (!isThere(value)) return null;
    if (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < LARGEST && fits(value)) return decimal(value);
    return this.wrong(name, needed);
  }
}
