/** Candle lengths that the wire knows. */
export const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type Interval = (typeof INTERVALS)[number];

const MINUTE = 60_000;
const LENGTH: Record<Interval, number> = {
  '1m': MINUTE, '5m': 5 * MINUTE, '15m': 15 * MINUTE, '1h': 60 * MINUTE, '4h': 240 * MINUTE, '1d': 1440 * MINUTE,
};

/** Length in milliseconds. */
export const intervalMs = (interval: Interval): number => LENGTH[interval];

/** Bars until an outcome is judged. */
export const DEFAULT_HORIZON: Readonly<Record<Interval, number>> = { '1m': 60, '5m': 24, '15m': 16, '1h': 8, '4h': 6, '1d': 5 };
