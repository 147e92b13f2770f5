import { useEffect, useEffectEvent, useRef } from 'react';

/** Calls a little later, once for many: for what a room says changed without saying all of it. */
export function useSoon(act: () => void, afterMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const run = useEffectEvent(act);
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = useRef(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => run(), afterMs);
  });
  return soon.current;
}
