import { Channels } from '../../src/storage/channels.js';

/** Nodes in one process; each may be cut off, as by a Redis that is away. */
export class MemoryExchange {
  private readonly nodes = new Set<MemoryChannels>();
  /** Everything that was published, also what got lost. */
  readonly published: { readonly channel: string; readonly text: string }[] = [];

  join(): MemoryChannels {
    const channels = new MemoryChannels((channel, text) => {
      this.published.push({ channel, text });
      for (const node of this.nodes) if (!node.away) node.hear(channel, text);
    });
    this.nodes.add(channels);
    return channels;
  }
}

class MemoryChannels extends Channels {
  away = false;
  private readonly listeners = new Map<string, ((text: string) => void)[]>();

  constructor(private readonly send: (channel: string, text: string) => void) {
    super();
  }

  publish(channel: string, text: string): void {
    if (!this.away) this.send(channel, text);
  }

  async listen(channel: string, hear: (text: string) => void): Promise<void> {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), hear]);
  }

  hear(channel: string, text: string): void {
    for (const hear of this.listeners.get(channel) ?? []) hear(text);
  }

  close(): void {
    this.away = true;
  }
}
