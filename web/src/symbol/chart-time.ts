import type { UTCTimestamp } from 'lightweight-charts';

/** The chart counts in seconds. */
export const chartTime = (ms: number): UTCTimestamp => Math.floor(ms / 1000) as UTCTimestamp;

/** Of an ISO time. */
export const seconds = (time: string): number => chartTime(Date.parse(time));
