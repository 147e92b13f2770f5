const MOST_RAW = 8000;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–', mdash: '—', hellip: '…', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”',
  euro: '€', pound: '£', yen: '¥', cent: '¢', reg: '®', trade: '™', copy: '©', bull: '•', middot: '·', eacute: 'é', uuml: 'ü', ouml: 'ö', auml: 'ä',
};

/** Each reference once: what comes out is not looked at again, so nothing grows. Unknown names stay as they are. */
const decoded = (text: string): string => text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (all, name: string) => {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? all;
  const code = name[1] === 'x' || name[1] === 'X' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ' ';
});

/** Words of a feed's title or summary: escaped or literal HTML without its tags, on one line, at most `most` characters. */
export function plainText(raw: string, most: number): string {
  const text = decoded(raw.slice(0, MOST_RAW))
    .replace(/<(script|style)\b[^<>]*>[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replace(/<\/?[a-z!?][^<>]*>/gi, ' ');
  // what would break a line, a terminal or the frame of a prompt
  const line = decoded(text).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+/g, ' ').trim();
  if (line.length <= most) return line;
  return `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
