const LONGEST_SENTENCE = 600;
/** Braces that are tried: a reply of nothing else must not keep the loop busy. */
const MOST_LOOKS = 40;

/** A price above zero, or none. */
export const isLevel = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'number' && value > 0 && Number.isFinite(value));

/** One line, without control characters, of bounded length. */
export const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim().slice(0, LONGEST_SENTENCE);

/** As it stands in what is said about it. */
export const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60));

/** The whole text, or the first complete JSON object in it that has the field, else the first at all: around it may be prose or a fence. */
export function objectIn(text: string, field: string): Record<string, unknown> | null {
  const whole = parsed(text.trim());
  if (whole) return whole;
  let first: Record<string, unknown> | null = null;
  for (let from = text.indexOf('{'), looks = 0; from >= 0 && looks < MOST_LOOKS; from = text.indexOf('{', from), looks++) {
    const end = endOf(text, from);
    const value = end < 0 ? null : parsed(text.slice(from, end));
    if (value && field in value) return value;
    first ??= value;
    from = value ? end : from + 1;
  }
  return first;
}

function parsed(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Behind the brace that closes the one at `from`; −1 where none does. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return -1;
}
