import { CodedError } from '../model/codes.js';
import type { PageQuery } from './list.dto.js';

export interface PageOf<Item> {
  readonly items: readonly Item[];
  /** The `cursor` of the page behind; null where nothing is. */
  readonly next: string | null;
}

/**
 * One page of a list that is at hand as a whole, in its own order. A cursor names the last item shown: the page behind it begins
 * after that item, or where it was if it is gone.
 * @param keyOf unique in the list
 * @throws CodedError VALIDATION_ERROR where the cursor is none
 */
export function pageOf<Item>(list: readonly Item[], { limit, cursor }: PageQuery, keyOf: (item: Item) => string): PageOf<Item> {
  const from = cursor === undefined ? 0 : behind(list, cursor, keyOf);
  const items = list.slice(from, from + limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && from + limit < list.length ? Buffer.from(`${from + limit - 1} ${keyOf(last)}`).toString('base64url') : null };
}

function behind<Item>(list: readonly Item[], cursor: string, keyOf: (item: Item) => string): number {
  const [, index, key] = /^(\d{1,9}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (index === undefined) throw new CodedError('VALIDATION_ERROR', 'cursor: use the `next` of the page before', [{ path: 'cursor', message: 'must be the `next` of the page before' }]);
  const at = list.findIndex((item) => keyOf(item) === key);
  return at === -1 ? Number(index) : at + 1;
}
