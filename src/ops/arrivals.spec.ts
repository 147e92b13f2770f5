import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { NodeCounts } from '../rooms/node-counts.js';
import { tellArrivals } from './arrivals.js';

const counts = (node: string): NodeCounts => ({ node, total: 0, active: 0, sent: 0, running: 0, rooms: {}, addresses: {} });

function world(present: string[] = []) {
  const said: unknown[][] = [];
  const inAnalysts: string[] = [];
  let hear: (nodes: readonly NodeCounts[]) => void = () => undefined;
  let changed: () => void = () => undefined;
  tellArrivals({
    room: { node: 'me', tellHere: (type, data) => void said.push([type, ...['node', 'agent_id', 'state', 'nodes'].flatMap((name) => (data as Record<string, unknown>)[name] ?? [])]) },
    peers: { onHeard: (listener) => void (hear = listener) },
    seats: { present: () => present.map((id) => ({ id, name: id, weight: 1, faultDomain: `owner:${id}` })), onPresence: (listener) => void (changed = listener) },
    tellAnalysts: (type, data) => void inAnalysts.push(`${type} ${(data as { agent_id: string }).agent_id}`),
  });
  return { said, inAnalysts, present, nodes: (...names: string[]) => hear(names.map(counts)), seats: async (...ids: string[]) => { present.splice(0, present.length, ...ids); changed(); await nextTurn(); }, change: () => changed() };
}

describe('who comes and goes', () => {
  it('nodes: not those that were there at the first look, and gone at the second look without them', () => {
    const { said, nodes } = world();
    nodes('a');
    nodes('a', 'b');
    nodes('b');
    expect(said).toEqual([['node_update', 'b', 'joined', 'me', 'a', 'b']]);
    nodes('a', 'b'); // a Redis that began anew
    nodes('b');
    nodes('b');
    expect(said.slice(1)).toEqual([['node_update', 'a', 'left', 'me', 'b']]);
  });

  it('analysts: at once, but not one that goes and comes in the same turn', async () => {
    const { said, inAnalysts, present, seats, change } = world(['old']);
    await seats('old', 'new');
    await seats('new');
    present.length = 0;
    change();
    present.push('new');
    change();
    await nextTurn();
    expect(said).toEqual([['analyst_update', 'new', 'seated'], ['analyst_update', 'old', 'away']]);
    expect(inAnalysts).toEqual(['analyst_update new', 'analyst_update old']);
  });
});
