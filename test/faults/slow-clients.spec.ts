import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { slowClients } from './scenarios/slow-clients.js';

afterAll(cleanUp);

// the tests run beside each other: what the clock says of the others' p99 is worth little here, see `npm run faults`
it('clients that stop reading are closed with 4008 in time and resume, memory comes back, the others miss nothing', async () => {
  const outcome = await slowClients({ rounds: 1, clients: 60, rooms: 10, perSecond: 100, beforeMs: 3000, slackMs: 10_000 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
}, 600_000);
