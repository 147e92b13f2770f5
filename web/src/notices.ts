import { Store } from './store.js';

/** Something to read once, such as a gap or an alert of the system. */
export interface Notice {
  readonly id: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

const MOST = 5;

export const notices = new Store<readonly Notice[]>([]);

/** Shows a notice; one with the same id is replaced. */
export const notify = (notice: Notice): void =>
  notices.update((shown) => [notice, ...shown.filter(({ id }) => id !== notice.id)].slice(0, MOST));

export const dismiss = (id: string): void => notices.update((shown) => shown.filter((notice) => notice.id !== id));
