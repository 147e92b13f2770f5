import { expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import { binaryFrame, payloadOf, textFrame } from './frame.js';

// the parser that clients in Node use; `ws` exports it to nobody else
type ReceiverClass = new (options: { isServer: boolean }) => Writable;
const { Receiver } = createRequire(import.meta.url)('ws') as { Receiver: ReceiverClass };

function parsed(bytes: Buffer): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer, binary: boolean) => {
    expect(binary).toBe(false);
    texts.push(data.toString());
  });
  receiver.on('error', (error) => { throw error; });
  receiver.write(bytes);
  return texts;
}

it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('a frame of %i bytes is what it says', (length) => {
  const text = 'x'.repeat(length);
  expect(parsed(textFrame(text))).toEqual([text]);
});

it.each([[125, 2], [126, 4], [65_535, 4], [65_536, 10]])('%i bytes have a header of %i', (length, head) => {
  expect(textFrame('x'.repeat(length))).toHaveLength(head + length);
});

it.each([0, 125, 126, 65_535, 65_536])('bytes are framed like text, and the payload of both is found again: %i', (length) => {
  const bytes = Buffer.alloc(length, 0x78);
  const [binary, text] = [binaryFrame(bytes), textFrame('x'.repeat(length))];
  expect([binary[0], text[0]]).toEqual([0x82, 0x81]);
  expect(binary.subarray(1).equals(text.subarray(1))).toBe(true);
  expect(payloadOf(binary).equals(bytes)).toBe(true);
});

it('counts bytes, not letters', () => {
  const texts = ['ä'.repeat(63), '世'.repeat(42), '🚀'.repeat(16_384), 'naïve 世界'];
  for (const text of texts) expect(parsed(textFrame(text))).toEqual([text]);
});

it('frames written after each other are read one by one', () => {
  const texts = ['a', 'b'.repeat(126), '', 'c'.repeat(65_536)];
  const out: string[] = [];
  const receiver = new Receiver({ isServer: false });
  return new Promise<void>((resolve, reject) => {
    receiver.on('error', reject);
    receiver.on('message', (data: Buffer) => {
      out.push(data.toString());
      if (out.length < texts.length) return;
      expect(out).toEqual(texts);
      resolve();
    });
    receiver.write(Buffer.concat(texts.map(textFrame)));
  });
});
