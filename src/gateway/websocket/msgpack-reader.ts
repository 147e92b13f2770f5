import { isUtf8 } from 'node:buffer';

/** As deep as the payload of a command may be, and then some. */
const DEEPEST = 32;

/**
 * Reads one value of MessagePack from a stranger: what JSON can say and nothing else. Lengths are believed only as far as
 * bytes follow, so that a few of them cannot ask for a gigabyte.
 * @throws Error that says what is wrong
 */
export function readMsgpack(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.left > 0) throw new Error(`${reader.left} bytes follow its value`);
  return value;
}

/** https://github.com/msgpack/msgpack/blob/master/spec.md */
class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  value(depth: number): unknown {
    const first = this.bytes.readUInt8(this.take(1));
    if (first <= 0x7f) return first;
    if (first >= 0xe0) return first - 0x100;
    if (first <= 0x8f) return this.map(first & 0x0f, depth);
    if (first <= 0x9f) return this.array(first & 0x0f, depth);
    if (first <= 0xbf) return this.string(first & 0x1f);
    switch (first) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xca: return finite(this.bytes.readFloatBE(this.take(4)));
      case 0xcb: return finite(this.bytes.readDoubleBE(this.take(8)));
      case 0xcc: return this.unsigned(1);
      case 0xcd: return this.unsigned(2);
      case 0xce: return this.unsigned(4);
      case 0xcf: return Number(this.bytes.readBigUInt64BE(this.take(8)));
      case 0xd0: return this.bytes.readInt8(this.take(1));
      case 0xd1: return this.bytes.readInt16BE(this.take(2));
      case 0xd2: return this.bytes.readInt32BE(this.take(4));
      case 0xd3: return Number(this.bytes.readBigInt64BE(this.take(8)));
      case 0xd9: return this.string(this.unsigned(1));
      case 0xda: return this.string(this.unsigned(2));
      case 0xdb: return this.string(this.unsigned(4));
      case 0xdc: return this.array(this.unsigned(2), depth);
      case 0xdd: return this.array(this.unsigned(4), depth);
      case 0xde: return this.map(this.unsigned(2), depth);
      case 0xdf: return this.map(this.unsigned(4), depth);
      default: throw new Error(`0x${first.toString(16)} begins binary data or an extension`);
    }
  }

  /** Where the next bytes are, which are taken. */
  private take(count: number): number {
    if (count > this.left) throw new Error('it ends too early');
    const at = this.at;
    this.at += count;
    return at;
  }

  private unsigned(size: number): number {
    return this.bytes.readUIntBE(this.take(size), size);
  }

  private string(length: number): string {
    const at = this.take(length);
    const text = this.bytes.subarray(at, at + length);
    if (!isUtf8(text)) throw new Error('a string is not UTF-8');
    return text.toString();
  }

  private array(length: number, depth: number): unknown[] {
    this.check(length, depth);
    return Array.from({ length }, () => this.value(depth + 1));
  }

  /** A key may come twice, as in JSON: the last is right. `__proto__` is a key like others. */
  private map(length: number, depth: number): Record<string, unknown> {
    this.check(2 * length, depth);
    return Object.fromEntries(Array.from({ length }, () => [this.key(depth), this.value(depth + 1)]));
  }

  private key(depth: number): string {
    const key = this.value(depth + 1);
    if (typeof key !== 'string') throw new Error('a key is not a string');
    return key;
  }

  private check(values: number, depth: number): void {
    if (values > this.left) throw new Error('it ends too early');
    if (depth === DEEPEST) throw new Error(`it is more than ${DEEPEST} levels deep`);
  }
}

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new Error(`${value} is no number of JSON`);
  return value;
};
