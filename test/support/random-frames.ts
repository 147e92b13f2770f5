/** A stream of random numbers that a seed repeats (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** 0 ≤ x < 1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most) }, () => this.below(256)));
  }
}

const TYPES = ['subscribe', 'unsubscribe', 'analyze', 'get_status', 'authenticate', 'ping', 'welcome', 'error', 'toString', '__proto__', 'constructor', ''];
const FIELDS = ['symbol', 'symbols', 'room', 'since', 'types', 'depth', 'token', 'epoch', 'offset', 'data', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'x'];
const PLAUSIBLE = [
  '"AAPL"', '"btc-usd"', '"NOPE"', '["AAPL","NVDA"]', '"symbol:AAPL"', '"system"', '"client:me"', '"agent:x"', '{"epoch":"k3x9","offset":1}',
  '{"symbol:AAPL":{"epoch":"k3x9","offset":-1}}', '["agent_update"]', '"fast"', '"deep"', '"a.b.c"',
];
const ODD = [
  'null', 'true', 'false', '0', '-0', '-1', '1.5', '1e999', '-1e999', '9007199254740993', '1e-400', '""', '"\\u0000"', '"\\ud800"', '"\u202e💥"', '[]', '{}', '[[]]', '[null]',
  '{"__proto__":{"ok":true}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"toString":1,"valueOf":2}', '{"then":1}', '{"length":4294967295}', '{"0":"AAPL","length":1}',
];

/** JSON text of anything, so that it may hold what a JavaScript object cannot. */
export function value(random: Random, depth = 0): string {
  const dice = random.below(20);
  if (dice < 7) return random.pick(ODD);
  if (dice < 12) return random.pick(PLAUSIBLE);
  if (dice === 12) return JSON.stringify(random.bytes(200).toString('latin1'));
  if (dice === 13) return JSON.stringify('A'.repeat(random.below(3000)));
  if (dice === 14 && depth === 0) return nested(random.pick([9, 100, 5000]));
  if (dice === 15 && depth === 0) return `[${Array.from({ length: random.below(1500) }, () => '"AAPL"').join()}]`;
  if (depth > 4) return '1';
  if (dice < 18) return `[${Array.from({ length: random.below(4) }, () => value(random, depth + 1)).join()}]`;
  return object(random, depth + 1);
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const object = (random: Random, depth: number): string =>
  `{${Array.from({ length: random.below(4) }, () => `${JSON.stringify(random.pick(FIELDS))}:${value(random, depth)}`).join()}}`;

const commandType = (random: Random): string => JSON.stringify(random.chance(0.9) ? random.pick(TYPES) : random.bytes(20).toString('latin1'));

/** The text of a raw frame: a command with fields that are mostly wrong, or no command at all. */
export function rawText(random: Random): string {
  const fields = Array.from({ length: random.below(4) }, () => `${JSON.stringify(random.pick(FIELDS))}:${value(random)}`);
  if (random.chance(0.95)) fields.unshift(`"type":${random.chance(0.9) ? commandType(random) : value(random)}`);
  if (random.chance(0.3)) fields.push(`"id":${random.chance(0.5) ? '"x"' : value(random)}`);
  return spoiled(random, `{${fields.join()}}`);
}

/** The text of an engine.io message with a Socket.IO packet in it. */
export function socketIoText(random: Random): string {
  const args = [random.chance(0.95) ? commandType(random) : value(random), ...Array.from({ length: random.below(3) }, () => value(random))];
  const packet = `2${random.chance(0.4) ? random.below(1000) : ''}[${args.join()}]`;
  return `4${spoiled(random, packet)}`;
}

/** Packets that no client sends then, or at all; among them those that say goodbye. */
export function oddPacket(random: Random): string {
  return random.pick([
    '0', '1', '2', '5', '6', '7', 'x', '\u0000', '40', '41', '40/other,', '42/other,["ping"]', '43', '431[]', '43["x"]', '44', '44{"a":1}', '45', '451-', '46', '49', '4',
    '451-["subscribe",{"_placeholder":true,"num":0}]', '451-["subscribe",{"_placeholder":true,"num":9}]', '45999999-["ping"]', '42["disconnect"]', '42["connect"]', '42["disconnecting"]',
    `4${random.bytes(40).toString('latin1')}`, random.bytes(40).toString('latin1'),
  ]);
}

/** Sometimes cut off, sometimes with a byte changed, sometimes something else altogether. */
function spoiled(random: Random, text: string): string {
  const dice = random.below(20);
  if (dice < 3) return text.slice(0, random.below(text.length));
  if (dice === 3) return random.bytes(60).toString('latin1');
  if (dice === 4) return value(random);
  if (dice === 5) {
    const at = random.below(text.length);
    return text.slice(0, at) + random.pick(['"', '}', ',', '\\', '\u0000', '0', 'é']) + text.slice(at + 1);
  }
  return text;
}
