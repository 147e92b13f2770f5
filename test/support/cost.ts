/** What the yardstick takes on the machine for which bounds are written, in milliseconds. */
const USUAL_MS = 4;
const ROUNDS = 20;

/**
 * What a piece of work costs: the least processor time of several rounds, in milliseconds. What else the machine does is
 * not counted, and on one that is slower than usual the cost is less by as much.
 */
export function costMs(work: () => unknown, rounds = ROUNDS): number {
  const least = leastMs(work, rounds);
  return least / Math.max(1, leastMs(yardstick, ROUNDS) / USUAL_MS);
}

function leastMs(work: () => unknown, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** Numbers, objects and texts, as all work here has them. */
function yardstick(): number {
  const counts = new Map<string, number>();
  let state = 1;
  for (let at = 0; at < 20_000; at += 1) {
    state = (state * 48271) % 0x7fffffff;
    const key = `k${state % 997}`;
    counts.set(key, (counts.get(key) ?? 0) + Math.sqrt(state));
  }
  return [...counts.values()].sort((a, b) => a - b)[0]!;
}
