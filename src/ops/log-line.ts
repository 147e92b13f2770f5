/** A line of the log as `ops` and `GET /api/ops` show it. */
export interface LogLine {
  readonly node: string;
  readonly level: string;
  /** Wall time, ISO-8601. */
  readonly time: string;
  readonly message: string;
  /** What was logged beside the message; cut where it is long. */
  readonly context: Readonly<Record<string, unknown>>;
}

const LEVELS: readonly (readonly [number, string])[] = [[60, 'fatal'], [50, 'error'], [40, 'warn'], [30, 'info']];
/** What every line has; the node is said anyway. */
const OWN: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'pid', 'hostname']);
const LONGEST_MESSAGE = 1000;
const LONGEST_CONTEXT = 4000;
const LONGEST_TEXT = 500;

/** null: below `info`, or no line of the logger. */
export function logLine(node: string, text: string): LogLine | null {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null; // what is no JSON was not written by the logger
  }
  const { level: number, time, msg } = line;
  const context = Object.fromEntries(Object.entries(line).filter(([name]) => !OWN.has(name)));
  const level = LEVELS.find(([least]) => Number(number) >= least)?.[1];
  if (level === undefined) return null;
  return { node, level, time: new Date(Number(time)).toISOString(), message: cut(typeof msg === 'string' ? msg : '', LONGEST_MESSAGE), context: bounded(context) };
}

function bounded(context: Record<string, unknown>): Record<string, unknown> {
  const shortened = JSON.parse(JSON.stringify(context), (_key, value: unknown) => (typeof value === 'string' ? cut(value, LONGEST_TEXT) : value)) as Record<string, unknown>;
  return JSON.stringify(shortened).length <= LONGEST_CONTEXT ? shortened : { cut: `more than ${LONGEST_CONTEXT} characters: see the log itself` };
}

const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
