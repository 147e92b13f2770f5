import { useSyncExternalStore } from 'react';

const media = matchMedia('(prefers-color-scheme: dark)');
const subscribe = (listener: () => void): (() => void) => {
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
};

/** Whether the system shows dark pages. */
export const useSystemDark = (): boolean => useSyncExternalStore(subscribe, () => media.matches);
