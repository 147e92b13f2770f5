/** Resolves once the condition holds, looked at every few milliseconds; rejects with `what` after `withinMs`. */
export async function until(what: string, condition: () => unknown, withinMs = 120_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
