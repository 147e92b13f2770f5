/** All of them, at most `most` at once and in their order; waits for each, whatever becomes of others. `work` must not throw. */
export async function inParallel<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, async () => {
    for (const item of left) await work(item);
  }));
}
