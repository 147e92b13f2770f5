import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agentEdges } from '../../../test/support/agent-edges.js';
import { freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { agentConfig, HandTrading } from '../../../test/support/hand-trading.js';
import { hasAgentSeed, javascriptClient, outputOf, pythonClient } from '../../../test/support/seed-agent-clients.js';
import { cleanUp, freshDataDir } from '../../../test/support/server.js';
import { findPython } from '../../../test/support/tools.mjs';

const ID = 'deepseek-chat-v3.1';
const DECISION = { cycle: 1, agent_id: ID, ai_reasoning: 'Up.', decisions: [{ action: 'open_long', symbol: 'BTCUSDT', quantity: 0.1, leverage: 10, reason: 'Breakout' }] };
const TRADE = { order_id: 'o1', symbol: 'BTCUSDT', side: 'long', quantity: 0.1, price: 60_000, leverage: 10, status: 'filled' };

const describeSeeds = hasAgentSeed ? describe : describe.skip;
if (!hasAgentSeed) console.warn('Skipped: the seeds are not beside the project (../shared/seeds)');

describeSeeds('the clients printed in the seed of agents, with the handlers that they leave to their reader', () => {
  let db: FreshDatabase;
  let trading: HandTrading;
  let edges: Awaited<ReturnType<typeof agentEdges>>;
  let host: string;

  beforeAll(async () => {
    db = await freshSqlite();
    trading = new HandTrading([ID]);
    edges = await agentEdges({ db, agents: [agentConfig(ID, ['BTCUSDT'])], trading });
    host = new URL(edges.url).host;
    await trading.fill(ID, 'BTCUSDT', 'buy', 0.1, 60_000);
  });
  afterAll(async () => {
    await edges.stop();
    await db.drop();
    await cleanUp();
  });

  /** A decision and a trade, once the client has its first words. */
  const tradeOnce = (heard: RegExp, nth: number) => {
    let said = false;
    return (output: string): void => {
      if (said || !heard.test(output)) return;
      said = true;
      void edges.writer.say({ messages: [
        { room: `agent:${ID}`, messageId: `d${nth}`, type: 'decision', body: JSON.stringify(DECISION) },
        { room: `agent:${ID}`, messageId: `t${nth}`, type: 'trade_executed', body: JSON.stringify(TRADE) },
      ] });
    };
  };

  test('JavaScript', async () => {
    const output = await outputOf(javascriptClient(await freshDataDir(), host), (text) => /^notifyTradeExecution .*\n/m.test(text), tradeOnce(/updatePositionsTable/, 1));
    expect(output).toContain('Connected to agent updates');
    expect(output).toContain('Unknown message type: agent_status');
    expect(output).toContain('updateAccountDisplay {"total_balance":10000,"available_balance":9400,"unrealized_pnl":0,"used_percentage":6}');
    expect(output).toContain('updatePositionsTable [{"symbol":"BTCUSDT","side":"long","position_amt":0.1,"entry_price":60000,"mark_price":60000,"unrealized_profit":0,"pnl_percentage":0,"leverage":10}]');
    expect(output).toContain(`showNewDecision ${JSON.stringify(DECISION)}`);
    expect(output).toContain(`notifyTradeExecution ${JSON.stringify(TRADE)}`);
  });

  test('Python', async () => {
    const output = await outputOf(pythonClient((await findPython())!, await freshDataDir(), host), (text) => /^handle_trade .*\n/m.test(text), tradeOnce(/BTCUSDT long/, 2));
    expect(output).toContain(`Connected to ${ID}`);
    expect(output).toContain('Balance: $10000.00');
    expect(output).toContain('BTCUSDT long: +0.00');
    expect(output).toMatch(/^handle_decision \{"cycle": 1/m);
    expect(output).toMatch(/^handle_trade \{"order_id": "o1"/m);
  });
});
