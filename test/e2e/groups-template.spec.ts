import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventClient } from '../support/event-client.js';
import { endPrograms, newGroup, rest, runProgram, type Body, type NewGroup } from '../support/group-admin.js';
import { hasGroupSeed, indented, printedTemplate } from '../support/seed-group-template.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { findPython } from '../support/tools.mjs';
import { until } from '../support/until.js';

/** Of BTCUSDT in config/symbols.yaml. */
const LOT = 0.0001;
const describeSeed = hasGroupSeed ? describe : describe.skip;
if (!hasGroupSeed) console.warn('Skipped: the seeds are not beside the project (../shared/seeds)');

describeSeed('the Python template of the groups seed, with its indentation, a token and the port', () => {
  let server: TestServer;
  let group: NewGroup;
  beforeAll(async () => {
    server = await startServer();
    group = await newGroup(server, 'alpha', { leverage: 1 });
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

    // the paper broker fills at most a tenth of what is traded: it may take several fills
    const trace = await until<Body>(async () => {
      const found = await rest(server, 'GET', '/api/trace/direct_algo_run_001');
      return found.orders[0]?.status === 'filled' ? found : undefined;
    }, 'the order to fill').catch(async (error: Error) => { throw new Error(`${error.message}: ${JSON.stringify(await rest(server, 'GET', '/api/trace/direct_algo_run_001'))}`); });
    const [position] = (await rest(server, 'GET', `/api/positions?account=${group.account_id}`)).items as Body[];
    expect(position).toMatchObject({ account_id: group.account_id, symbol: 'BTCUSDT', side: expect.stringMatching(/^long$/i), quantity: expect.any(Number), leverage: 1 });
    // 50 USD of margin, down to the lot
    expect(position!.quantity).toBeCloseTo(Math.floor(50 / position!.entry_price / LOT) * LOT, 9);

    expect(trace.orders).toHaveLength(1);
    expect(trace.orders[0]).toMatchObject({ symbol: 'BTCUSDT', side: 'buy', filled_quantity: position!.quantity, average_price: expect.closeTo(position!.entry_price, 6) });
    const fills = trace.fills as { order_id: string; quantity: number }[];
    expect(new Set(fills.map(({ order_id: id }) => id))).toEqual(new Set([trace.orders[0].order_id]));
    expect(fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBeCloseTo(position!.quantity, 9);
    expect(trace.decisions[0]).toMatchObject({ symbol: 'BTCUSDT', status: 'filled' });

    const back = await EventClient.group(server.ws, group.token);
    const update = await until(() => back.events.map(({ payload }) => JSON.parse(payload as string) as Body).find(({ status }) => status === 'filled'), 'the order_update');
    expect(update).toEqual({
      order_id: trace.orders[0].order_id, correlation_id: 'direct_algo_run_001', symbol: 'BTCUSDT', side: 'buy', quantity: position!.quantity,
      filled_quantity: position!.quantity, average_price: expect.closeTo(position!.entry_price, 6), status: 'filled',
    });
    expect(new Set(back.events.map(({ event_type: type }) => type))).toEqual(new Set(['order_update']));
    back.close();
  });
});
