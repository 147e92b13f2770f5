import type { Hub } from '../rooms/hub.js';
import { OPS_ROOM } from '../rooms/names.js';
import type { Peers } from '../rooms/peers.js';
import type { Channels } from '../storage/channels.js';

const CHANNEL = 'ops';

interface Word {
  readonly node: string;
  readonly type: string;
  readonly body: string;
}

/**
 * What is said in `ops`: nothing of it is logged. Log lines must not need the database, of which they may tell that it is
 * away; who is there is read from `GET /api/ops` and `GET /api/analysts`.
 */
export class OpsRoom {
  constructor(
    /** Of this node. */
    readonly node: string,
    private readonly hub: Pick<Hub, 'tell' | 'hasMembers' | 'receiveLoose'>,
    private readonly peers: Pick<Peers, 'watch'>,
    private readonly channels: Pick<Channels, 'publish' | 'listen'> | null,
  ) {}

  /** Hears what other nodes say. */
  async start(): Promise<void> {
    await this.channels?.listen(CHANNEL, (text) => {
      const { node, type, body } = JSON.parse(text) as Word;
      if (node !== this.node) this.hub.tell(OPS_ROOM, type, body);
    });
  }

  /** Is anybody in the room, here or at another node? */
  get heard(): boolean {
    return this.heardHere || this.heardElsewhere;
  }

  get heardHere(): boolean {
    return this.hub.hasMembers(OPS_ROOM);
  }

  /** To the members at this node, of whom each gets the latest of its type, at most once a second. */
  tellLatest(type: string, data: object): void {
    this.hub.receiveLoose(OPS_ROOM, type, JSON.stringify(data));
  }

  /** To the members at this node. */
  tellHere(type: string, data: object): void {
    if (this.heardHere) this.hub.tell(OPS_ROOM, type, JSON.stringify(data));
  }

  /** To the members at all nodes. */
  tellAll(type: string, data: object): void {
    const body = JSON.stringify(data);
    this.hub.tell(OPS_ROOM, type, body);
    if (this.heardElsewhere) this.channels?.publish(CHANNEL, JSON.stringify({ node: this.node, type, body } satisfies Word));
  }

  private get heardElsewhere(): boolean {
    return this.channels !== null && this.peers.watch(OPS_ROOM);
  }
}
