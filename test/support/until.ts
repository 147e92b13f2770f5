import { setTimeout } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;

/** Resolves with what the condition gives once it gives something. @throws where it does not in time */
export async function until<T>(condition: () => T | Promise<T>, what = 'the condition', withinMs = 120_000): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await setTimeout(LOOK_EVERY_MS);
  }
}
