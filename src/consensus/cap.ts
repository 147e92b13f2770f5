/** The most that one fault domain may hold of W where there are enough domains. */
const MAX_SHARE = 0.3;

/**
 * The weight to which heavier domains are cut, so that each holds at most c = max(0.3, 1/n) of the total after
 * cutting: the cap C with C = c · Σ min(w, C). Infinity where nothing is cut.
 *
 * With the m heaviest cut, the total T is m·cT and the rest, so T = rest / (1 − m·c); m is the least for which
 * the next domain fits under c·T. From four domains on this C is the only one above 0. With three or fewer
 * (c = 1/n) every C up to the lightest weight solves it and all give the shares 1/n; the largest is returned.
 */
export function capOf(weights: readonly number[]): number {
  const n = weights.length;
  const share = Math.max(MAX_SHARE, 1 / n);
  const heaviestFirst = Float64Array.from(weights).sort().reverse();
  if (n <= 1 / MAX_SHARE) return n === 0 ? Infinity : heaviestFirst[n - 1]!;
  for (let cut = 0; cut * share < 1; cut++) {
    const cap = (share * sumFrom(heaviestFirst, cut)) / (1 - cut * share);
    if (heaviestFirst[cut]! <= cap) return cut === 0 ? Infinity : cap;
  }
  throw new RangeError(`no cap for the weights ${weights.join(', ')}: they must be finite and above 0`);
}

function sumFrom(values: Float64Array, start: number): number {
  let sum = 0;
  for (let at = start; at < values.length; at++) sum += values[at]!;
  return sum;
}
