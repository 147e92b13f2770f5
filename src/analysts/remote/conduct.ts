import type { ConductReport } from '../../model/wire/analysts.js';

export type Deed = Exclude<keyof ConductReport, 'hostile' | 'why'>;

/** So many are no accident any more. */
const MANY: Readonly<Partial<Record<Deed, number>>> = { equivocations: 1, flooded: 1, unknown_run: 5, invalid: 10 };
const WORDS: Readonly<Partial<Record<Deed, string>>> = {
  equivocations: 'voted twice in a run, with other words', flooded: 'sent more than it may', unknown_run: 'voted in runs that were not asked of it', invalid: 'sent votes that are none',
};

/** Counts what an analyst does, and says when it must be named. */
export class Conduct {
  private readonly deeds: Record<Deed, number> = { counted: 0, equivocations: 0, late: 0, unknown_run: 0, invalid: 0, missed: 0, flooded: 0 };

  count(deed: Deed): void {
    this.deeds[deed] += 1;
  }

  report(): ConductReport {
    const why = (Object.keys(MANY) as Deed[]).filter((deed) => this.deeds[deed] >= MANY[deed]!).map((deed) => `${WORDS[deed]} (${this.deeds[deed]} times)`);
    return { ...this.deeds, hostile: why.length > 0, why: why.length > 0 ? why.join('; ') : null };
  }
}
