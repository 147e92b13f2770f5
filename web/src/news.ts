import { useQuery } from '@tanstack/react-query';
import type { MessageOf } from 'conclave/client';
import { useRef } from 'react';
import { useRoom, useRooms } from './live.js';
import { symbolsQuery } from './market.js';
import { symbolRoom } from './rooms.js';
import { useStore } from './store.js';
import { watched, watchList } from './watch/watch-list.js';

const NONE: readonly string[] = [];

/**
 * Calls `onNews` when the figure that `ops_update` has for it has changed. Who may not hear `ops` hears the watched symbols
 * instead: at their signals there may be news as well.
 */
export function useNews(figureOf: (update: MessageOf<'ops_update'>['data']) => number, onNews: () => void): void {
  const last = useRef<number | null>(null);
  const ops = useRoom('ops', {
    ops_update: ({ data }) => {
      const figure = figureOf(data);
      const before = last.current;
      last.current = figure;
      if (before !== figure) onNews(); // at the first as well: what fell between loading and joining
    },
  });
  const { data: known } = useQuery(symbolsQuery);
  const shown = watched(useStore(watchList), known ?? []);
  useRooms(ops.name === 'refused' ? shown.map(({ symbol }) => symbolRoom(symbol)) : NONE, { signal_update: ({ snapshot }) => void (snapshot !== true && onNews()) });
}
