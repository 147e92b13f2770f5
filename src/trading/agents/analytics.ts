import { ZERO, type Decimal } from '../../model/decimal.js';
import type { ClosedTrade } from '../portfolio/book.js';

type Trade = Pick<ClosedTrade, 'symbol' | 'pnl' | 'openedAt'>;

interface Share {
  readonly trades: number;
  /** 0 to 1. */
  readonly win_rate: number;
  readonly total_pnl: number;
  readonly average_pnl: number;
}

/** Closed trades by symbol, and by the hour and weekday (UTC) at which they were opened: when it was decided. Only groups that have any. */
export interface Analytics {
  readonly by_symbol: readonly (Share & { readonly symbol: string })[];
  /** 0 to 23. */
  readonly by_hour: readonly (Share & { readonly hour: number })[];
  /** 1 is Monday, 7 Sunday. */
  readonly by_weekday: readonly (Share & { readonly weekday: number; readonly name: string })[];
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export const analyticsOf = (trades: readonly Trade[]): Analytics => ({
  by_symbol: grouped(trades, ({ symbol }) => symbol).map(([symbol, share]) => ({ symbol, ...share })),
  by_hour: grouped(trades, ({ openedAt }) => new Date(openedAt).getUTCHours()).map(([hour, share]) => ({ hour, ...share })),
  by_weekday: grouped(trades, ({ openedAt }) => (new Date(openedAt).getUTCDay() + 6) % 7 + 1).map(([weekday, share]) => ({ weekday, name: DAYS[weekday - 1]!, ...share })),
});

function grouped<Key extends string | number>(trades: readonly Trade[], keyOf: (trade: Trade) => Key): readonly (readonly [Key, Share])[] {
  const groups = new Map<Key, Trade[]>();
  for (const trade of trades) {
    const group = groups.get(keyOf(trade));
    if (group) group.push(trade);
    else groups.set(keyOf(trade), [trade]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, shareOf(group)]);
}

function shareOf(group: readonly Trade[]): Share {
  const sum = group.reduce<Decimal>((total, { pnl }) => total.plus(pnl), ZERO);
  return { trades: group.length, win_rate: group.filter(({ pnl }) => pnl.gt(0)).length / group.length, total_pnl: sum.toNumber(), average_pnl: sum.div(group.length).toNumber() };
}
