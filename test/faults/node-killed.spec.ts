import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { nodeKilled } from './scenarios/node-killed.js';

afterAll(cleanUp);

it('kill -9 of one of three nodes under load: no hole, no duplicate, everybody back within 5 s, all that was seen is in the log', async () => {
  const outcome = await nodeKilled({ rounds: 1, clients: 60, rooms: 10, perSecond: 100 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
});
