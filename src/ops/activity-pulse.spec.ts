import { expect, it } from '@jest/globals';
import type { NodeCounts } from '../rooms/node-counts.js';
import { ActivityPulse } from './activity-pulse.js';

const counts = (ended?: number, calls?: number): NodeCounts => ({ node: 'n', total: 0, active: 0, sent: 0, running: 0, rooms: {}, addresses: {}, ...(ended !== undefined && { ended }), ...(calls !== undefined && { calls }) });

it('what all nodes have done is said when it has changed, and only then; a node of an earlier version counts nothing', () => {
  let nodes = [counts(1, 2), counts()];
  let beat: () => void = () => undefined;
  const said: unknown[] = [];
  const pulse = new ActivityPulse(() => nodes, { receiveLoose: (room, type, body) => void said.push([room, type, JSON.parse(body)]) }, (_ms, then) => { beat = then; return () => { beat = () => undefined; }; });
  pulse.onApplicationBootstrap();
  beat();
  beat();
  nodes = [counts(1, 2), counts(3, 0)];
  beat();
  pulse.onModuleDestroy();
  nodes = [];
  beat();
  expect(said).toEqual([['analysts', 'activity_update', { runs_ended: 1, model_calls: 2 }], ['analysts', 'activity_update', { runs_ended: 4, model_calls: 2 }]]);
});
