import type { Stance } from '../model/opinion.js';

const CODE: Readonly<Record<Exclude<Stance, 'ABSTAIN'>, number>> = { BUY: 1, HOLD: 0, SELL: -1 };
/** Common rounds before a pair's correlation is believed. */
const MIN_ROUNDS = 30;
/** A round weighs 1/e of a new one after this many common rounds. */
const MEMORY_ROUNDS = 1000;
const KEEP = 1 - 1 / MEMORY_ROUNDS;
/** Agents remembered; beyond it the one not heard for longest is forgotten, with its pairs. */
const MAX_AGENTS = 64;
/** Of each pair: common rounds, then decayed sums of 1, x, y, x², y², xy. */
const FIELDS = 7;
/** Variances below it are rounding. */
const FLAT = 1e-9;

/**
 * How many independent voters a panel is worth: n / (1 + (n − 1)·r), r the mean pairwise correlation of the votes
 * (BUY 1, HOLD 0, SELL −1) over the rounds in which both voted, not below 0. So 1 (all vote alike) to n.
 * Decayed sums only: about 57 bytes a pair, whatever the number of rounds.
 */
export class EffectiveVoters {
  private readonly slots = new Map<string, number>();
  private readonly lastHeard: number[] = [];
  private pairs = new Float64Array(0);
  private round = 0;
  private readonly voters = new Int32Array(MAX_AGENTS);
  private readonly codes = new Float64Array(MAX_AGENTS);

  /** One round. ABSTAIN is not a vote; of two votes of one agent the first counts, of more than 64 agents the first 64. */
  observe(votes: readonly { readonly agentId: string; readonly signal: Stance }[]): void {
    this.round++;
    let count = 0;
    for (const { agentId, signal } of votes) {
      if (signal === 'ABSTAIN' || count === MAX_AGENTS) continue;
      const slot = this.slotOf(agentId);
      if (this.lastHeard[slot] === this.round) continue;
      this.lastHeard[slot] = this.round;
      this.voters[count] = slot;
      this.codes[count++] = CODE[signal];
    }
    for (let a = 1; a < count; a++) for (let b = 0; b < a; b++) this.add(this.voters[a]!, this.voters[b]!, this.codes[a]!, this.codes[b]!);
  }

  /**
   * Of these agents together. Null for none, and until more than half of the pairs have 30 common rounds;
   * younger pairs are left out of the mean. Of a pair in which one never changed its vote the correlation is
   * undefined: 1 where both always said the same, else 0.
   */
  value(agentIds: readonly string[]): number | null {
    const ids = [...new Set(agentIds)];
    const n = ids.length;
    if (n < 2) return n === 1 ? 1 : null;
    let known = 0;
    let sum = 0;
    for (let a = 1; a < n; a++) {
      for (let b = 0; b < a; b++) {
        const r = this.correlation(ids[a]!, ids[b]!);
        if (r === null) continue;
        known++;
        sum += r;
      }
    }
    if (known * 2 <= (n * (n - 1)) / 2) return null;
    return n / (1 + (n - 1) * Math.max(0, sum / known));
  }

  private add(i: number, j: number, codeI: number, codeJ: number): void {
    const at = pairAt(i, j);
    const x = i > j ? codeI : codeJ;
    const y = i > j ? codeJ : codeI;
    const p = this.pairs;
    p[at]! += 1;
    p[at + 1] = p[at + 1]! * KEEP + 1;
    p[at + 2] = p[at + 2]! * KEEP + x;
    p[at + 3] = p[at + 3]! * KEEP + y;
    p[at + 4] = p[at + 4]! * KEEP + x * x;
    p[at + 5] = p[at + 5]! * KEEP + y * y;
    p[at + 6] = p[at + 6]! * KEEP + x * y;
  }

  private correlation(a: string, b: string): number | null {
    const i = this.slots.get(a);
    const j = this.slots.get(b);
    if (i === undefined || j === undefined) return null;
    const at = pairAt(i, j);
    const p = this.pairs;
    if (p[at]! < MIN_ROUNDS) return null;
    const rounds = p[at + 1]!;
    const meanX = p[at + 2]! / rounds;
    const meanY = p[at + 3]! / rounds;
    const varX = p[at + 4]! / rounds - meanX ** 2;
    const varY = p[at + 5]! / rounds - meanY ** 2;
    if (varX < FLAT && varY < FLAT) return Math.abs(meanX - meanY) < FLAT ? 1 : 0;
    if (varX < FLAT || varY < FLAT) return 0;
    return Math.max(-1, Math.min(1, (p[at + 6]! / rounds - meanX * meanY) / Math.sqrt(varX * varY)));
  }

  private slotOf(agentId: string): number {
    const known = this.slots.get(agentId);
    if (known !== undefined) return known;
    const slot = this.slots.size < MAX_AGENTS ? this.slots.size : this.forgetOldest();
    this.slots.set(agentId, slot);
    this.lastHeard[slot] = 0;
    this.growTo(this.slots.size);
    return slot;
  }

  private forgetOldest(): number {
    let [oldest, slot] = ['', -1];
    for (const [id, at] of this.slots) if (slot < 0 || this.lastHeard[at]! < this.lastHeard[slot]!) [oldest, slot] = [id, at];
    this.slots.delete(oldest);
    for (let other = 0; other < MAX_AGENTS; other++) if (other !== slot) this.pairs.fill(0, pairAt(slot, other), pairAt(slot, other) + FIELDS);
    return slot;
  }

  private growTo(agents: number): void {
    const needed = ((agents * (agents - 1)) / 2) * FIELDS;
    if (needed <= this.pairs.length) return;
    const grown = new Float64Array(needed);
    grown.set(this.pairs);
    this.pairs = grown;
  }
}

/** Where a pair's fields begin: pairs in a triangle, x of the higher slot. */
const pairAt = (i: number, j: number): number => (i > j ? (i * (i - 1)) / 2 + j : (j * (j - 1)) / 2 + i) * FIELDS;
