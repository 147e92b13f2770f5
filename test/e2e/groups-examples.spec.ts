import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endPrograms, newGroup, rest, runProgram, type Body, type Running } from '../support/group-admin.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';
import { until } from '../support/until.js';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
let server: TestServer;
let python: string;
beforeAll(async () => {
  server = await startServer({ SYMBOLS: 'BTCUSDT', SIGNAL_GENERATION_INTERVAL: '3600' });
  python = (await findPython())!;
});
afterAll(async () => {
  endPrograms();
  await cleanUp();
});

const bot = (command: string, args: readonly string[], token: string): Running => runProgram(command, args, { CONCLAVE_URL: server.ws, GROUP_TOKEN: token, PYTHON3: python });
const position = (account: string): Promise<Body> => until<Body>(async () => (await rest(server, 'GET', `/api/positions?account=${account}`)).items[0], `a position of ${account}`, 100_000);

describe('the examples of groups', () => {
  it.each(['group-bot.ts', 'group-bot.py', 'group-bot.sh'])('%s is shorter than forty lines', (file) => {
    expect(readFileSync(resolve(EXAMPLES, file), 'utf8').trimEnd().split('\n').length).toBeLessThan(40);
  });

  it('in TypeScript trades its averages, and hears of the fill', async () => {
    const { token, account_id: account } = await newGroup(server, 'in_typescript');
    const run = bot(process.execPath, ['--import', './test/support/typescript.mjs', 'examples/group-bot.ts'], token);
    expect((await position(account)).symbol).toBe('BTCUSDT');
    await until(() => run.output().includes('order_update') && run.output().includes('"status":"filled"'), 'it hears of the fill');
    run.child.kill();
    await run.ended;
  }); // where its first order is refused it looks again after a minute

  it('in Python answers an event with an order under its id', async () => {
    const { token, account_id: account, group_id: id } = await newGroup(server, 'in_python');
    const run = bot(python, ['-u', 'examples/group-bot.py'], token);
    const event = await rest(server, 'POST', `/api/groups/${id}/test-event`, { preset: 'news' });
    await position(account);
    await until(() => run.output().includes('"status":"filled"') , 'it hears of the fill');
    const trace = await rest(server, 'GET', `/api/trace/${event.event_id}`);
    expect(trace.orders).toEqual([expect.objectContaining({ account_id: account, symbol: 'BTCUSDT', status: 'filled' })]);
    run.child.kill();
    await run.ended;
  });

  it('in the shell sends one order and ends with its fill; a refusal ends it with 1', async () => {
    const { token, account_id: account } = await newGroup(server, 'in_the_shell');
    const run = bot('bash', ['examples/group-bot.sh', 'SHORT', 'BTCUSDT', '50'], token);
    expect([await run.ended, run.output()]).toEqual([0, expect.stringContaining(String.raw`\"status\":\"filled\"`)]);
    expect(await position(account)).toMatchObject({ side: expect.stringMatching(/^short$/i) });
    const refused = bot('bash', ['examples/group-bot.sh', 'LONG', 'NOSUCH', '50'], token);
    expect([await refused.ended, refused.output()]).toEqual([1, expect.stringContaining('"ok":false')]);
    const bare = runProgram('bash', ['examples/group-bot.sh'], { CONCLAVE_URL: server.ws, GROUP_TOKEN: token, PYTHON3: '/nowhere/python3' });
    expect([await bare.ended, bare.output()]).toEqual([2, expect.stringContaining('apt-get install python3-websockets')]);
  });
});
