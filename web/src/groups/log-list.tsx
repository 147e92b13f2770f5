import type { ReactNode } from 'react';
import { Button } from '../ui/button.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import type { Log } from './use-group-log.js';

interface Props<Item> {
  readonly log: Log<Item>;
  readonly what: string;
  readonly empty: { readonly title: string; readonly text: string };
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** A log in each of its states, and the way to what was before. */
export function LogList<Item>({ log: { items, error, again, more, loadingMore }, what, empty, children }: Props<Item>) {
  return (
    <>
      {error && <div className="p-3"><ErrorNote error={error} again={again} /></div>}
      {!items && !error && <Loading what={`Loading the ${what}`} />}
      {items?.length === 0 && <Empty title={empty.title}>{empty.text}</Empty>}
      {items && items.length > 0 && children(items)}
      {more && <div className="border-t border-line p-2 text-center"><Button busy={loadingMore} onClick={more}>Earlier {what}</Button></div>}
    </>
  );
}
