import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventClient } from '../support/event-client.js';
import { endPrograms, newGroup, rest, runProgram, type Body, type NewGroup } from '../support/group-admin.js';
import { hasGroupSeed, indented, printedTemplate } from '../support/seed-group-template.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';
import { until } from '../support/until.js';

const describeSeed = hasGroupSeed ? describe : describe.skip;
if (!hasGroupSeed) console.warn('Skipped: the seeds are not beside the project (../shared/seeds)');

describeSeed('the Python template of the groups seed, with its indentation, a token and the port', () => {
  let server: TestServer;
  let group: NewGroup;
  beforeAll(async () => {
    server = await startServer();
    group = await newGroup(server, 'alpha', { margin_usd: 500 });
  });
  afterAll(async () => {
    endPrograms();
    await cleanUp();
  });

  it('is otherwise what the seed prints', () => {
    expect(indented(printedTemplate()).split('\n').map((line) => line.trim()).join('\n')).toBe(printedTemplate());
  });

  it('sends an order that fills, is in the portfolio, in the trace, and told to the group', async () => {
    const file = join(await freshDataDir(), 'template.py');
    writeFileSync(file, indented(printedTemplate()).replace('your_trading_group_token_here', group.token).replaceAll('localhost:8000', new URL(server.url).host));
    const run = runProgram((await findPython())!, [file], {});
    expect([await run.ended, run.output()]).toEqual([0, expect.stringContaining('Trade decision event successfully sent.')]);
    expect(run.output()).toMatch(/Received ACK: .*"message": ?"connected"/);

    const position = await until<Body>(async () => (await rest(server, 'GET', `/api/positions?account=${group.account_id}`)).items[0], 'the position');
    expect(position).toMatchObject({ account_id: group.account_id, symbol: 'BTCUSDT', side: expect.stringMatching(/^long$/i), quantity: expect.any(Number), leverage: 2 });
    expect(position.quantity * position.entry_price).toBeGreaterThan(90); // 50 USD of margin, twice, down to the lot
    expect(position.quantity * position.entry_price).toBeLessThan(101);

    const trace = await rest(server, 'GET', '/api/trace/direct_algo_run_001');
    expect(trace.orders).toHaveLength(1);
    expect(trace.orders[0]).toMatchObject({ symbol: 'BTCUSDT', side: 'buy', status: 'filled', filled_quantity: position.quantity });
    expect(trace.fills).toEqual([expect.objectContaining({ order_id: trace.orders[0].order_id, symbol: 'BTCUSDT', price: position.entry_price })]);
    expect(trace.decisions[0]).toMatchObject({ symbol: 'BTCUSDT', status: 'filled' });

    const back = await EventClient.group(server.ws, group.token);
    const update = await until(() => back.events.map(({ payload }) => JSON.parse(payload as string) as Body).find(({ status }) => status === 'filled'), 'the order_update');
    expect(update).toEqual({
      order_id: trace.orders[0].order_id, correlation_id: 'direct_algo_run_001', symbol: 'BTCUSDT', side: 'buy', quantity: position.quantity,
      filled_quantity: position.quantity, average_price: position.entry_price, status: 'filled',
    });
    expect(new Set(back.events.map(({ event_type: type }) => type))).toEqual(new Set(['order_update']));
    back.close();
  });
});
