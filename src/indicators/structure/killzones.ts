import type { StructureState } from '../../model/structure.js';
import { newYorkOffsetMs } from '../../model/new-york.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** ICT killzone at a moment (UTC milliseconds), by New York wall time: London 02:00 to before 05:00, New York 07:00 to before 10:00, on every day. */
export function killzoneAt(utcMs: number): StructureState['killzone'] {
  const wall = utcMs + newYorkOffsetMs(utcMs);
  const hour = (wall - Math.floor(wall / DAY) * DAY) / HOUR;
  if (hour >= 2 && hour < 5) return 'london';
  return hour >= 7 && hour < 10 ? 'new_york' : null;
}
