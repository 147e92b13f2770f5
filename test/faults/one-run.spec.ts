import { afterAll, expect, it } from '@jest/globals';
import { cleanUp } from '../support/server.js';
import { report } from './load/outcome.js';
import { oneRun } from './scenarios/one-run.js';

afterAll(cleanUp);

it('100 clients on three nodes ask to analyse one symbol at once: one run, one signal, everyone gets it once', async () => {
  const outcome = await oneRun({ rounds: 1, clients: 100, rooms: 2, perSecond: 0 });
  console.log(report([outcome]));
  expect(outcome.failures).toEqual([]);
});
