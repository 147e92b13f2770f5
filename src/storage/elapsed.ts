/** Wall time that ran ahead by more than this was a suspended machine or a set clock, and no rounding. */
const JUMP_MS = 500;

/**
 * Milliseconds that have passed here, never going back: monotonic time, and beyond it the time for which the machine was
 * suspended, which the monotonic clock of Linux does not count. A wall clock that is set forward counts too: too much is safe.
 */
export function elapsedClock(monotonic: () => number = () => performance.now(), wall: () => number = Date.now): () => number {
  let [lastMonotonic, lastWall, elapsed] = [monotonic(), wall(), 0];
  return () => {
    const [nowMonotonic, nowWall] = [monotonic(), wall()];
    const [passed, shown] = [nowMonotonic - lastMonotonic, nowWall - lastWall];
    elapsed += shown - passed > JUMP_MS ? shown : passed;
    [lastMonotonic, lastWall] = [nowMonotonic, nowWall];
    return elapsed;
  };
}
