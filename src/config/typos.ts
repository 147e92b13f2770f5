const PREFIXES = ['WS_', 'AUTH_', 'AGENT_', 'REPLAY_', 'SIM_', 'ROOM_', 'RUN_KEEP_', 'CYCLE_', 'EQUITY_'];
const MAX_DISTANCE = 2;

/** Variables of ours that are not known and look like a known one: `[misspelt, meant]`. */
export function typos(names: Iterable<string>, known: ReadonlySet<string>): [string, string][] {
  const found: [string, string][] = [];
  for (const name of names) {
    const upper = name.toUpperCase();
    if (known.has(name) || !PREFIXES.some((prefix) => upper.startsWith(prefix))) continue;
    const meant = [...known].find((each) => editDistance(upper, each) <= MAX_DISTANCE) ?? [...known].find((each) => shortened(upper, each));
    if (meant !== undefined) found.push([name, meant]);
  }
  return found;
}

/** `WS_QUEUE_SIZE` for `WS_MESSAGE_QUEUE_SIZE`: the same words, some left out. */
function shortened(name: string, full: string): boolean {
  const words = full.split('_');
  return name.split('_').every((word) => words.includes(word));
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
