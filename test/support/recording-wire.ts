import { Batch } from '../../src/rooms/batch.js';
import { FlushLoop, type Flushable } from '../../src/rooms/flush-loop.js';
import type { Outgoing, Wire } from '../../src/rooms/outbox.js';
import type { Packet, Text } from '../../src/rooms/packet.js';

/** A socket that keeps what is written to it, and can be full. */
export class RecordingWire implements Wire {
  /** What each write held. */
  readonly writes: Outgoing[][] = [];
  readonly batches: Batch[] = [];
  buffered = 0;
  private waiting: (() => void) | null = null;

  constructor(readonly format: Text = 'json') {}

  write(items: readonly Outgoing[]): void {
    this.writes.push([...items]);
  }

  writeBatch(batch: Batch): void {
    this.batches.push(batch);
    this.write(batch.packets());
  }

  whenDrained(then: () => void): void {
    if (this.waiting) throw new Error('the outbox waits twice for one drain');
    this.waiting = then;
  }

  /** From the next write on, the socket holds more than it can send. */
  fill(bytes = 70_000): void {
    this.buffered = bytes;
  }

  drain(): void {
    this.buffered = 0;
    const then = this.waiting;
    this.waiting = null;
    then?.();
  }

  get packets(): Packet[] {
    return this.writes.flat().filter((item): item is Packet => typeof item !== 'function');
  }

  get texts(): string[] {
    return this.packets.map((packet) => packet.text(this.format));
  }
}

/** Rounds of writes happen when the test says so. */
export class SteppedLoop extends FlushLoop {
  private toWrite: Flushable[] = [];

  override mark(client: Flushable): void {
    this.toWrite.push(client);
  }

  step(): void {
    this.root = Batch.root();
    for (const client of this.toWrite.splice(0)) client.flush();
  }
}
