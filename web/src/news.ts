import type { MessageOf } from 'conclave/client';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useRoom } from './live.js';

/** Calls `onNews` when the figure that `activity_update` has for it, of whichever node, has changed; and once the room is joined, for what fell before. */
export function useNews(figureOf: (update: MessageOf<'activity_update'>['data']) => number, onNews: () => void): void {
  const last = useRef<number | null>(null);
  const { name } = useRoom('analysts', {
    activity_update: ({ data }) => {
      const figure = figureOf(data);
      if (last.current !== figure) onNews();
      last.current = figure;
    },
  });
  const joined = useEffectEvent(onNews);
  useEffect(() => {
    if (name === 'joined') joined();
  }, [name]);
}
