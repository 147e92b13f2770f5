import { Store } from './store.js';

/** Something to read once, such as a gap or an alert of the system. */
export interface Notice {
  readonly id: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

const MOST = 5;

export const notices = new Store<readonly Notice[]>([]);

/** That something was missed stays until it was read, however many alerts come after. */
const stays = ({ id }: Notice): boolean => id.startsWith('gap:');

/** Shows a notice; one with the same id is replaced, and the oldest goes where there are too many. */
export const notify = (notice: Notice): void =>
  notices.update((shown) => {
    const all = [notice, ...shown.filter(({ id }) => id !== notice.id)];
    const passing = new Set(all.filter((each) => !stays(each)).slice(0, MOST));
    return all.filter((each) => stays(each) || passing.has(each));
  });

export const dismiss = (id: string): void => notices.update((shown) => shown.filter((notice) => notice.id !== id));
