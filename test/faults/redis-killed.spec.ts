import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { redisKilled } from './scenarios/redis-killed.js';

afterAll(cleanUp);

it('Redis killed and emptied under load: nothing logged is missing at clients that stay and know no offsets; 503 meanwhile, no exit', async () => {
  const outcome = await redisKilled({ rounds: 1, clients: 60, rooms: 10, perSecond: 100, awayMs: 2000 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
});
