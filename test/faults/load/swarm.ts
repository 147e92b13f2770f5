import { until } from '../../support/until.js';
import type { LoggedFrame } from './logged-frame.js';
import { SwarmClient, type SwarmEvents } from './swarm-client.js';

const OPEN_AT_ONCE = 50;
/** A client whose connection went waits up to so long before its first and each further try, in milliseconds. */
const FIRST_WAIT = 500;
const NEXT_WAIT = 1000;
/** Every so many deliveries one latency is kept. */
const SAMPLED = 8;

/** Many clients, half raw and half Socket.IO, spread over rooms. They come back to the node with the fewest of them. */
export class Swarm implements SwarmEvents {
  readonly clients: readonly SwarmClient[];
  /** URLs of the nodes that take connections, as a balancer would know them. */
  targets: readonly string[] = [];
  /** False: who loses its connection stays away. */
  returning = true;
  deliveries = 0;
  /** Close codes of connections that the other side ended. */
  readonly closes = new Map<number, number>();
  /** Milliseconds from the loss of a connection until the client was whole again. */
  awayMs: number[] = [];
  /** Milliseconds from the load's writer to the client, a sample. */
  latencies: number[] = [];
  /** By room and offset, what the first to get it got. */
  readonly seen = new Map<string, number[]>();
  /** Messages that two clients got with different words. */
  differing = 0;
  private readonly ignored = new Set<SwarmClient>();
  private ended = false;

  constructor(count: number, rooms: readonly string[]) {
    for (const room of rooms) this.seen.set(room, []);
    // of each two neighbours in a room one is raw
    this.clients = Array.from({ length: count }, (_, at) =>
      new SwarmClient((at + Math.floor(at / rooms.length)) % 2 === 0 ? 'raw' : 'socketio', rooms[at % rooms.length]!, this));
  }

  /** Connects all; resolves when every one is in its room. */
  async open(): Promise<void> {
    for (let at = 0; at < this.clients.length; at += OPEN_AT_ONCE) {
      const some = this.clients.slice(at, at + OPEN_AT_ONCE);
      for (const client of some) this.connect(client);
      await until(() => some.every(({ whole }) => whole), 'the clients are in their rooms', 60_000);
    }
    this.awayMs = [];
  }

  connect(client: SwarmClient): void {
    client.connect(this.target());
  }

  get absent(): number {
    return this.clients.filter(({ whole }) => !whole).length;
  }

  sum(field: 'missing' | 'duplicates' | 'unrecovered'): number {
    return this.clients.reduce((sum, client) => sum + client[field], 0);
  }

  on(url: string): SwarmClient[] {
    return this.clients.filter((client) => client.url === url);
  }

  /** These say nothing to the figures of latency. */
  ignoreLatency(clients: readonly SwarmClient[]): void {
    for (const client of clients) this.ignored.add(client);
  }

  close(): void {
    this.ended = true;
    for (const client of this.clients) client.close();
  }

  logged({ room, offset, digest, saidAt }: LoggedFrame, client: SwarmClient): void {
    const first = this.seen.get(room)!;
    if (first[offset] === undefined) first[offset] = digest;
    else if (first[offset] !== digest) this.differing += 1;
    this.deliveries += 1;
    if (saidAt !== null && this.deliveries % SAMPLED === 0 && !this.ignored.has(client)) this.latencies.push(performance.now() - saidAt);
  }

  back(_client: SwarmClient, awayMs: number): void {
    this.awayMs.push(awayMs);
  }

  gone(client: SwarmClient, code: number): void {
    this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
    const failedBefore = client.url === '';
    client.url = '';
    if (!this.returning || this.ended) return;
    setTimeout(() => {
      if (!this.ended) this.connect(client);
    }, Math.random() * (failedBefore ? NEXT_WAIT : FIRST_WAIT));
  }

  private target(): string {
    const counts = new Map(this.targets.map((url) => [url, 0]));
    for (const { url } of this.clients) if (counts.has(url)) counts.set(url, counts.get(url)! + 1);
    const [fewest] = [...counts].sort(([, a], [, b]) => a - b);
    if (!fewest) throw new Error('no node takes connections');
    return fewest[0];
  }
}
