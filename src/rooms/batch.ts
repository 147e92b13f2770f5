import type { Format, Packet } from './packet.js';

/**
 * A sequence of packets on its way to a client. Clients whose sequences are equal share one `Batch`, and with it one
 * buffer to write: it is a node of a tree that grows by one packet a step, from a root that lives for one flush window.
 */
export class Batch {
  /** Packets in the sequence. */
  readonly length: number;
  private readonly buffers: Partial<Record<Format, Buffer>> = {};
  /** The step that most clients take; the others are in a map. */
  private usualPacket: Packet | null = null;
  private usual: Batch | null = null;
  private others: Map<Packet, Batch> | null = null;

  private constructor(private readonly before: Batch | null, private readonly packet: Packet | null) {
    this.length = before ? before.length + 1 : 0;
  }

  static root(): Batch {
    return new Batch(null, null);
  }

  /** This sequence and one packet more. */
  and(packet: Packet): Batch {
    if (this.usualPacket === packet) return this.usual!;
    return this.branch(packet);
  }

  /** All of its frames, one after the other, made once for all who share it. */
  buffer(format: Format): Buffer {
    return (this.buffers[format] ??= this.length === 1 ? this.packet!.frame(format) : Buffer.concat(this.frames(format)));
  }

  /** From the first on. */
  packets(): Packet[] {
    const packets = new Array<Packet>(this.length);
    this.fill(packets);
    return packets;
  }

  private fill(packets: Packet[]): void {
    for (let node: Batch | null = this.before, at = this.length - 2; at >= 0; node = node!.before, at--) packets[at] = node!.packet!;
    if (this.packet) packets[this.length - 1] = this.packet;
  }

  private frames(format: Format): Buffer[] {
    return this.packets().map((packet) => packet.frame(format));
  }

  private branch(packet: Packet): Batch {
    if (this.usualPacket === null) {
      this.usualPacket = packet;
      return (this.usual = new Batch(this, packet));
    }
    this.others ??= new Map();
    let branch = this.others.get(packet);
    if (!branch) this.others.set(packet, (branch = new Batch(this, packet)));
    return branch;
  }
}
