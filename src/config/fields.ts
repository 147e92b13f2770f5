import type { Findings } from './findings.js';

/** Reads the fields of one object of a YAML file. A wrong one is reported under its path; undefined stands for it. */
export class Fields {
  private readonly asked = new Set<string>();

  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    /** Before a field's name in what is said: `config/symbols.yaml: symbols.AAPL.` */
    private readonly at: string,
    private readonly findings: Findings,
  ) {}

  static of(value: unknown, at: string, findings: Findings): Fields | null {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Fields(value as Record<string, unknown>, at, findings);
    findings.problem(`${at.replace(/[.:] ?$/, '')} must have fields (name: value), not ${shown(value)}`);
    return null;
  }

  has(name: string): boolean {
    return this.read(name) !== undefined;
  }

  keys(): string[] {
    return Object.keys(this.values);
  }

  text(name: string): string | undefined {
    const value = this.read(name);
    if (typeof value === 'string' && value.trim() !== '') return value;
    return this.wrong(name, 'some text');
  }

  choice<T extends string | boolean>(name: string, choices: readonly T[]): T | undefined {
    const value = this.read(name);
    return choices.find((each) => each === value) ?? this.wrong(name, `one of ${choices.join(', ')}`);
  }

  /** `needed` says in words what `fits` checks. */
  number(name: string, needed: string, fits: (value: number) => boolean): number | undefined {
    const value = this.read(name);
    return typeof value === 'number' && fits(value) ? value : this.wrong(name, needed);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.read(name);
    return Array.isArray(value) ? (value as unknown[]) : this.wrong(name, 'a list');
  }

  object(name: string): Fields | null {
    return Fields.of(this.read(name), `${this.at}${name}.`, this.findings);
  }

  /** A list's objects; an item that is none is reported, and so is an empty list. */
  objects(name: string, example: string): Fields[] {
    const values = this.list(name) ?? [];
    if (Array.isArray(this.read(name)) && values.length === 0) this.problem(name, `is empty: it needs at least one, such as ${example}`);
    return values.flatMap((value, at) => Fields.of(value, `${this.at}${name}[${at}].`, this.findings) ?? []);
  }

  problem(name: string, text: string): void {
    this.findings.problem(`${this.at}${name} ${text}`);
  }

  /** Call it last: a field that nobody asked for is a mistake, most likely a misspelt one. */
  noOthers(): void {
    for (const name of this.keys()) if (!this.asked.has(name)) this.problem(name, `is no field here: use ${[...this.asked].join(', ')}`);
  }

  private read(name: string): unknown {
    this.asked.add(name);
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  private wrong(name: string, needed: string): undefined {
    this.problem(name, `must be ${needed}, not ${shown(this.read(name))}`);
  }
}

const shown = (value: unknown): string => (value === undefined || value === null ? 'missing' : JSON.stringify(value).slice(0, 60));
