import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { nodeDrained } from './scenarios/node-drained.js';

afterAll(cleanUp);

it('SIGTERM of the node that has all clients: exit 0 within 15 s, nothing lost, the clients spread over the others', async () => {
  const outcome = await nodeDrained({ rounds: 1, clients: 60, rooms: 10, perSecond: 100 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
});
