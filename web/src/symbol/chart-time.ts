import type { TickMarkType, UTCTimestamp } from 'lightweight-charts';
import type { AxisMark } from '../format.js';

/** The chart counts in seconds. */
export const chartTime = (ms: number): UTCTimestamp => Math.floor(ms / 1000) as UTCTimestamp;

/** Of an ISO time. */
export const seconds = (time: string): number => chartTime(Date.parse(time));

const MARKS: readonly AxisMark[] = ['year', 'month', 'day', 'time', 'time']; // the library's numbers, without loading it

/** What begins at a mark of the time axis. */
export const markOf = (type: TickMarkType): AxisMark => MARKS[type] ?? 'time';
