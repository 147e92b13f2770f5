import { keptStore } from './store.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = keptStore<Theme>('conclave.theme', (found) => THEMES.find((known) => known === found) ?? 'system');

/** app.css does the rest: without the attribute the system decides. */
export function applyTheme(): void {
  const apply = (): void => {
    if (theme.get() === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.get();
  };
  apply();
  theme.subscribe(apply);
}
