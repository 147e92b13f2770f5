import { useEffect, useState } from 'react';
import { followPrice, type Price } from '../prices.js';

const EVERY_MS = 500;

/** The last prices heard of these symbols, twice a second at most; join their rooms. */
export function useMarks(symbols: readonly string[]): ReadonlyMap<string, number> {
  const [marks, setMarks] = useState<ReadonlyMap<string, number>>(new Map());
  const key = JSON.stringify([...new Set(symbols)].sort());
  useEffect(() => {
    const heard = new Map<string, number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      setMarks(new Map(heard));
    };
    const put = ({ symbol, price }: Price): void => {
      heard.set(symbol, price);
      timer ??= setTimeout(show, EVERY_MS);
    };
    const leave = (JSON.parse(key) as string[]).map((symbol) => followPrice(symbol, put));
    return () => {
      clearTimeout(timer);
      for (const off of leave) off();
    };
  }, [key]);
  return marks;
}

/** At the last price: what it would bring to close it. */
export const unrealisedAt = (mark: number, { side, quantity, entry_price: entry }: { readonly side: string; readonly quantity: number; readonly entry_price: number }): number =>
  (mark - entry) * quantity * (side === 'short' ? -1 : 1);
