import { useEffect, useRef } from 'react';

type Timer = ReturnType<typeof setTimeout>;

/** Calls a little later, once for many: for what a room says changed without saying all of it. */
export function useSoon(act: () => void, afterMs: number): () => void {
  const timer = useRef<Timer>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      act();
    }, afterMs);
  };
}

/** Calls once it has been quiet for so long. */
export function useQuiet(act: () => void, forMs: number): () => void {
  const timer = useRef<Timer>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(act, forMs);
  };
}
