/** Calls back once after `ms`; calling the answer cancels it. */
export type Wait = (ms: number, then: () => void) => () => void;

/** What setTimeout can count; beyond it fires at once. */
const LONGEST = 2 ** 31 - 1;

/** On the machine's timers; keeps no process alive. */
export const timerWait: Wait = (ms, then) => {
  let timer: NodeJS.Timeout;
  const sleep = (left: number): void => {
    timer = setTimeout(() => (left > LONGEST ? sleep(left - LONGEST) : then()), Math.min(left, LONGEST));
    timer.unref();
  };
  sleep(ms);
  return () => clearTimeout(timer);
};
