import type { NodeCounts } from './node-counts.js';

/** The other nodes of the cluster as they last said, a second ago or two; none where this node is alone. */
export class Peers {
  private nodes: readonly NodeCounts[] = [];
  private addresses: ReadonlyMap<string, number> = new Map();
  private occupied: ReadonlyMap<string, number> = new Map();
  private readonly listeners: ((nodes: readonly NodeCounts[]) => void)[] = [];

  /** Each time the others were heard, whether anything has changed or not; not while nobody can be asked. */
  onHeard(listener: (nodes: readonly NodeCounts[]) => void): void {
    this.listeners.push(listener);
  }

  heard(nodes: readonly NodeCounts[]): void {
    for (const listener of this.listeners) listener(nodes);
    this.nodes = nodes;
    this.addresses = sums(nodes.map((node) => node.addresses));
    this.occupied = sums(nodes.map((node) => node.rooms));
  }

  /**
   * Nobody can be asked: this node counts for itself alone. What the others' members watch stays as it was, so that
   * analyses go on for them.
   */
  lost(): void {
    this.nodes = [];
    this.addresses = new Map();
  }

  get all(): readonly NodeCounts[] {
    return this.nodes;
  }

  /** Connections of an address (`addressKey`) on the other nodes. */
  connectionsOf(address: string): number {
    return this.addresses.get(address) ?? 0;
  }

  /** Has this symbol's room a member on another node? */
  watch(symbol: string): boolean {
    return this.occupied.has(symbol);
  }
}

/** Adds up counts by their names. */
export function sums(counts: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const each of counts) for (const [name, count] of Object.entries(each)) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
