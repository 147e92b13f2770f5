import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { postgresRestarted } from './scenarios/postgres-restarted.js';

afterAll(cleanUp);

it('PostgreSQL crashed and restarted under load: nothing acknowledged or seen is missing, nothing was sent that is not stored', async () => {
  const outcome = await postgresRestarted({ rounds: 1, clients: 60, rooms: 10, perSecond: 100 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
});
