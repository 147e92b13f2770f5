import { expect, it } from '@jest/globals';
import fc from '../../test/support/seeded.js';
import { Batch } from './batch.js';
import { Packet } from './packet.js';

const packet = (name: string): Packet => Packet.loose('agent_update', JSON.stringify({ name }), '2026-01-01T00:00:00.000Z');
const PACKETS = ['a', 'b', 'c', 'd', 'e', 'f'].map(packet);

it('gives equal sequences one object and one buffer, different ones their own', () => {
  const root = Batch.root();
  const [a, b, c] = PACKETS as [Packet, Packet, Packet];
  const ab = root.and(a).and(b);
  expect(root.and(a).and(b)).toBe(ab);
  expect(root.and(a).and(b).buffer('json')).toBe(ab.buffer('json'));
  expect(root.and(a).and(c)).not.toBe(ab);
  expect(root.and(b).and(a)).not.toBe(ab);
});

it('of one packet writes the packet\'s own frame, without a copy', () => {
  const [a] = PACKETS as [Packet];
  expect(Batch.root().and(a).buffer('socketio')).toBe(a.frame('socketio'));
});

it('holds the frames of its packets in their order, for any sequences that branch from one root', () => {
  const sequence = fc.array(fc.constantFrom(...PACKETS), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(fc.array(sequence, { minLength: 1, maxLength: 20 }), (sequences) => {
    const root = Batch.root();
    for (const packets of sequences) {
      const batch = packets.reduce((so, each) => so.and(each), root);
      expect(batch.length).toBe(packets.length);
      expect(batch.packets()).toEqual(packets);
      expect(batch.buffer('json').equals(Buffer.concat(packets.map((each) => each.frame('json'))))).toBe(true);
    }
  }));
});
