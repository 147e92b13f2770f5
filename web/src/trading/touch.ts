import { queryClient } from '../api.js';

/** What is asked anew together. */
export type Part = 'accounts' | 'positions' | 'state' | 'agents' | 'agent' | 'assets' | 'asset' | 'orders' | 'decisions' | 'approvals' | 'reflections';

/** Messages come in bursts: an order, its fill, its stops. */
const TOGETHER_MS = 300;
const touched = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** A room has said that these have changed: those that are shown are asked anew, a burst of messages at once. `of` narrows to one agent or asset. */
export function touch(part: Part, ...of: readonly string[]): void {
  touched.add(JSON.stringify(['trading', part, ...of]));
  timer ??= setTimeout(flush, TOGETHER_MS);
}

function flush(): void {
  timer = undefined;
  const keys = [...touched];
  touched.clear();
  for (const key of keys) void queryClient.invalidateQueries({ queryKey: JSON.parse(key) as string[] });
}
