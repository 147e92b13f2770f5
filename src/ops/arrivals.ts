import type { Analyst } from '../analysts/analyst.js';
import type { NodeCounts } from '../rooms/node-counts.js';
import type { OpsRoom } from './ops-room.js';

interface Someone {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who came and who went, seen by looking again and again. */
class Arrivals {
  private known: Map<string, { readonly someone: Someone; missed: number }> | null = null;

  /** @param patience looks at which somebody may be missing without being gone */
  constructor(private readonly patience: number) {}

  /** The first look is where it begins: nobody has come then. */
  look(present: readonly Someone[]): { readonly came: readonly Someone[]; readonly went: readonly Someone[] } {
    const known = this.known;
    const here = new Set(present.map(({ id }) => id));
    const missing = known ? [...known.values()].filter(({ someone }) => !here.has(someone.id)) : [];
    for (const each of missing) each.missed += 1;
    const late = missing.filter(({ missed }) => missed <= this.patience);
    this.known = new Map([...late, ...present.map((someone) => ({ someone, missed: 0 }))].map((each) => [each.someone.id, each]));
    return {
      came: known ? present.filter(({ id }) => !known.has(id)) : [],
      went: missing.filter(({ missed }) => missed > this.patience).map(({ someone }) => someone),
    };
  }
}

/** A Redis that begins anew knows nobody until each node has spoken again, a second later. */
const NODES_PATIENCE = 1;

export interface ComingsNeeds {
  readonly room: Pick<OpsRoom, 'node' | 'tellHere'>;
  readonly peers: { onHeard(listener: (nodes: readonly NodeCounts[]) => void): void };
  readonly seats: { present(): readonly Pick<Analyst, 'id' | 'name' | 'weight' | 'faultDomain'>[]; onPresence(listener: () => void): void };
  /** To the members of the room `analysts` at this node. */
  readonly tellAnalysts: (type: string, data: object) => void;
}

/** Says in `ops` which nodes and which remote analysts come and go, as this node sees it; the latter also in `analysts`. */
export function tellArrivals({ room, peers, seats, tellAnalysts }: ComingsNeeds): void {
  const nodes = new Arrivals(NODES_PATIENCE);
  peers.onHeard((heard) => {
    const { came, went } = nodes.look(heard.map(({ node }) => ({ id: node, data: { node } })));
    const all = [room.node, ...heard.map(({ node }) => node)];
    const say = (state: string) => ({ data }: Someone): void => room.tellHere('node_update', { ...data, state, nodes: all, timestamp: new Date().toISOString() });
    came.forEach(say('joined'));
    went.forEach(say('left'));
  });

  const analysts = new Arrivals(0);
  const look = (): void => {
    const present = seats.present().map(({ id, name, weight, faultDomain }) => ({ id, data: { agent_id: id, name, kind: 'remote', weight, fault_domain: faultDomain } }));
    const { came, went } = analysts.look(present);
    const say = (state: string, connected: boolean) => ({ data }: Someone): void => {
      const update = { ...data, state, connected, timestamp: new Date().toISOString() };
      room.tellHere('analyst_update', update);
      tellAnalysts('analyst_update', update);
    };
    came.forEach(say('seated', true));
    went.forEach(say('away', false));
  };
  look();
  let due: NodeJS.Immediate | null = null;
  // one that connects again goes and comes in one turn: it was never away
  seats.onPresence(() => {
    due ??= setImmediate(() => {
      due = null;
      look();
    });
  });
}
