import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import { ModelCaller } from '../../src/analysts/llm/model-caller.js';
import type { AgentConfig } from '../../src/config/config.js';
import { CONFIG, LOG } from '../../src/config/config.module.js';
import { ProblemFilter } from '../../src/gateway/http/problem.filter.js';
import { RequestValidationPipe } from '../../src/gateway/http/validation.pipe.js';
import { Market } from '../../src/market/market.js';
import { requiredScope } from '../../src/model/scope.js';
import { RoomWriter } from '../../src/rooms/room-writer.js';
import { Runs } from '../../src/signals/runs.js';
import { SignalStore } from '../../src/signals/signal-store.js';
import { CLUSTER } from '../../src/storage/cluster.module.js';
import { DATABASE } from '../../src/storage/storage.module.js';
import { Agents } from '../../src/trading/agents/agents.js';
import { AgentsController } from '../../src/trading/agents/agents.controller.js';
import { AgentsModule } from '../../src/trading/agents/agents.module.js';
import { EquityPoints } from '../../src/trading/portfolio/equity-points.js';
import { Trading } from '../../src/trading/trading.js';
import { agentConfig, agentWorld, BEGIN, BTC, rising } from '../support/agent-world.js';
import { freshSqlite, type FreshDatabase } from '../support/databases.js';
import { MemoryTrading } from '../support/memory-trading.js';
import { roomNode } from '../support/room-node.js';

const CONFIGS: readonly AgentConfig[] = [
  agentConfig({ id: 'loser', why: 'OPENAI_API_KEY and OPENAI_BASE_URL are not set' }), agentConfig({ id: 'winner' }), agentConfig({ id: 'elsewhere', symbols: ['NONE'] }),
  agentConfig({ id: 'asset-btc-usd', kind: 'asset' }),
];

@Module({})
class Given {}

let db: FreshDatabase;
let nest: NestExpressApplication;
let trading: MemoryTrading;
let url: string;

beforeEach(async () => {
  db = await freshSqlite();
  trading = new MemoryTrading();
  for (const id of ['loser', 'winner', 'asset-btc-usd']) trading.open(id);
  // the cycles are run here, REST is another node of the same rows
  const world = await agentWorld(db, CONFIGS.slice(0, 2), { trading });
  const points = new EquityPoints({ db: db.kysely, writer: roomNode(db).writer, trading, onError: (error) => { throw error; } });
  points.start();
  await world.run(0, rising(37));
  await trading.mark(BTC, 200);
  await points.idle();
  await db.kysely.insertInto('closed_trades').values([['t1', 'winner', '50', 1], ['t2', 'winner', '-20', 2], ['t3', 'winner', '5', 3]].map(([tradeId, accountId, pnl, at]) => ({
    trade_id: tradeId as string, account_id: accountId as string, symbol: BTC, leg: 'net', side: 'long', quantity: '1', entry_price: '100', exit_price: '101', pnl: pnl as string, fees: '0.1', leverage: 3,
    opened_at: BEGIN, closed_at: BEGIN + (at as number), liquidated: 0, opened_by: 'd1', closed_by: null,
  } as const))).execute();
  trading.accountsById.get('loser')!.book.enter({ entryId: 'x', kind: 'adjustment', amount: trading.account('loser').initial.times(-0.5), symbol: null, at: 0 });
  const provided = [
    { provide: CONFIG, useValue: { trading: { agents: CONFIGS }, retention: { equityDays: 0, equityHourlyDays: 0 } } }, { provide: LOG, useValue: pino({ level: 'silent' }) }, { provide: DATABASE, useValue: db }, { provide: CLUSTER, useValue: null },
    { provide: RoomWriter, useValue: roomNode(db).writer }, { provide: Market, useValue: world.market }, { provide: SignalStore, useValue: {} }, { provide: Runs, useValue: {} }, { provide: ModelCaller, useValue: {} },
    { provide: Trading, useValue: trading },
  ];
  const given: DynamicModule = { module: Given, providers: provided, exports: provided.map(({ provide }) => provide) };
  nest = await NestFactory.create<NestExpressApplication>(AgentsModule.of(given), { logger: false, abortOnError: false });
  nest.useGlobalPipes(new RequestValidationPipe());
  nest.useGlobalFilters(new ProblemFilter(() => false, pino({ level: 'silent' })));
  trading.elsewhere.add('loser').add('winner').add('asset-btc-usd');
  await nest.get(Agents).start();
  await nest.listen(0, '127.0.0.1');
  url = await nest.getUrl();
});
afterEach(async () => {
  await nest.get(Agents).stop(0);
  await nest.close();
  await db.drop();
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function call(path: string, method = 'GET', body?: unknown): Promise<{ status: number; body: any }> {
  const answer = await fetch(`${url}/api/agents${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  return { status: answer.status, body: await answer.json() };
}

describe('/api/agents', () => {
  it('is a leaderboard: the best return first, without assets, null where nothing is known', async () => {
    const { body } = await call('');
    expect(body).toMatchObject([
      { agent_id: 'winner', rank: 1, name: 'Trend', model: 'rules', decided_by: 'rules', why: null, is_running: true, cycle_count: 3, interval_s: 180, symbols: [BTC], trades: 3, win_rate: 2 / 3, state: 'ACTIVE', last_decision_time: new Date(BEGIN + 36 * 60_000).toISOString() },
      { agent_id: 'loser', rank: 2, why: 'OPENAI_API_KEY and OPENAI_BASE_URL are not set', trades: 0, win_rate: null },
      { agent_id: 'elsewhere', rank: 3, is_running: false, state: null, total_balance: null, pnl: null, return_pct: null, max_drawdown: null },
    ]);
    expect(body[0].return_pct).toBeGreaterThan(0);
    expect(body[0].pnl).toBeCloseTo(body[0].total_balance - 10_000, 6);
    expect(body[1].return_pct).toBeLessThan(-40);
    expect(body[1].max_drawdown).toBeGreaterThan(0.4);
  });

  it('shows one, its account, positions, decisions, equity and trades', async () => {
    expect((await call('/asset-btc-usd')).body).toMatchObject({ agent_id: 'asset-btc-usd', kind: 'asset', leverage: 3, account_id: 'asset-btc-usd' });
    const { body: account } = await call('/winner/account');
    expect(account).toMatchObject({ account_id: 'winner', mode: 'perpetual', initial_balance: 10_000, state: 'ACTIVE' });
    expect(account.total_balance).toBeCloseTo(account.wallet_balance + account.unrealized_pnl, 6);
    expect((await call('/winner/positions')).body).toMatchObject([{ symbol: BTC, side: 'long', mark_price: 200, leverage: 3, opened_at: new Date(BEGIN + 30 * 60_000).toISOString() }]);
    const { body: decisions } = await call('/winner/decisions?limit=2');
    expect(decisions).toMatchObject([{ cycle: 3, status: 'done', decided_by: 'rules', decisions: [{ action: 'hold' }] }, { cycle: 2 }]);
    expect(decisions).toHaveLength(2);
    const { body: equity } = await call('/winner/equity-history');
    expect(equity.length).toBeGreaterThan(30);
    expect(equity[0]).toEqual({ timestamp: new Date(BEGIN + 60_000).toISOString(), total_balance: 10_000, available_balance: 10_000, unrealized_pnl: 0 });
    expect((await call('/winner/trades?limit=1')).body).toMatchObject([{ trade_id: 't3', pnl: 5, opened_by: 'd1', liquidated: false }]);
  });

  it('shows performance and analytics, and what is newer once it is there', async () => {
    expect((await call('/winner/performance')).body).toMatchObject({ total_trades: 3, winning_trades: 2, profit_factor: 2.75, realized_pnl: 35, average_win: 27.5, average_loss: -20, current_streak: 1 });
    expect((await call('/winner/analytics')).body).toMatchObject({ by_symbol: [{ symbol: BTC, trades: 3 }], by_hour: [{ hour: 0, trades: 3 }], by_weekday: [{ name: 'Monday' }] });
    await db.kysely.updateTable('closed_trades').set({ closed_at: BEGIN + 9, account_id: 'loser' }).where('trade_id', '=', 't3').execute();
    expect((await call('/winner/performance')).body).toMatchObject({ total_trades: 2 });
  });

  it('pauses, resumes and changes the interval', async () => {
    expect(await call('/winner/pause', 'POST')).toMatchObject({ status: 200, body: { agent_id: 'winner', is_running: false, paused: true, reason: 'Paused by hand' } });
    expect(await call('/winner/pause', 'POST', { reason: 'holiday' })).toMatchObject({ status: 200, body: { reason: 'holiday' } });
    expect((await call('/winner')).body).toMatchObject({ is_running: false, reason: 'holiday' });
    expect(await call('/winner/resume', 'POST')).toMatchObject({ status: 200, body: { is_running: true, paused: false } });
    expect(await call('/winner', 'PATCH', { interval_s: 3600 })).toMatchObject({ status: 200, body: { interval_s: 3600 } });
  });

  it.each([59, 3601, 1.5, '60', null])('refuses an interval of %p', async (seconds) => {
    expect(await call('/winner', 'PATCH', { interval_s: seconds })).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR', errors: expect.arrayContaining([expect.objectContaining({ path: 'interval_s' })]) } });
  });

  it('names the agents that there are to who asks for another', async () => {
    for (const [path, method] of [['/nobody', 'GET'], ['/nobody/account', 'GET'], ['/nobody/decisions', 'GET'], ['/nobody/trades', 'GET'], ['/nobody/pause', 'POST']] as const) {
      expect(await call(path, method)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', detail: expect.stringContaining('loser, winner, elsewhere, asset-btc-usd') } });
    }
    expect(await call('/elsewhere/account')).toMatchObject({ status: 404, body: { detail: expect.stringContaining('not traded by this server') } });
    expect(await call('/winner/decisions?limit=501')).toMatchObject({ status: 400 });
  });

  it('lets read whoever may read, and change only whoever may trade', () => {
    const { list, one, account, pause, resume, patch } = AgentsController.prototype;
    expect([list, one, account, pause, resume, patch].map(requiredScope)).toEqual(['read', 'read', 'read', 'trade', 'trade', 'trade']);
  });
});
