import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { agentConfig, HandTrading } from '../../../test/support/hand-trading.js';
import { roomNode, type RoomNode } from '../../../test/support/room-node.js';
import { until } from '../../../test/support/until.js';
import type { AgentConfig, ModelCallConfig } from '../../config/config.js';
import { agentRoom } from '../../rooms/names.js';
import type { ReflectionsTable } from '../../storage/trading-schema.js';
import { ReflectionStore } from './reflection-store.js';
import { Reflections, type ReflectionModel } from './reflections.js';

const MODEL = { model: 'test-model' } as ModelCallConfig;
const AGENTS = [agentConfig('rules', ['BTCUSDT']), agentConfig('thinker', ['BTCUSDT'], { model: MODEL })];
const ACCOUNTS = [...AGENTS.map(({ id }) => id), 'main', 'other'];

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('reflections on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let node: RoomNode;
  let trading: HandTrading;
  let faults: unknown[];

  beforeEach(async () => {
    db = await fresh();
    node = roomNode(db);
    trading = new HandTrading(ACCOUNTS);
    faults = [];
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await db.drop();
  });

  const make = (model: ReflectionModel | null = null, agents: readonly AgentConfig[] = AGENTS): Reflections => new Reflections({
    db: db.kysely, agents, trading, writer: node.writer, store: new ReflectionStore(db.kysely), model,
    onReflected: () => undefined, onFault: (error) => faults.push(error),
  });
  const rows = (): Promise<ReflectionsTable[]> => db.kysely.selectFrom('reflections').selectAll().orderBy('trade_id').execute();
  const messages = () => db.kysely.selectFrom('room_messages').select(['room', 'message_id', 'body']).where('type', '=', 'reflection').orderBy('offset').execute();
  const decision = (id: string, accountId: string, reason: string, more: { intent?: unknown; signalId?: string } = {}) => db.kysely.insertInto('decisions').values({
    decision_id: id, decision_key: id, account_id: accountId, symbol: 'BTCUSDT', origin: 'agent', origin_id: accountId, signal_id: more.signalId ?? null, correlation_id: null,
    status: 'filled', as_of: trading.at, updated_at: trading.at, order_id: null, approval_id: null, confidence: null, price: null,
    intent: more.intent ? JSON.stringify(more.intent) : null, gate: null, reason,
  }).execute();

  /** Bought at 60000, sold at `price` after two hours. */
  const trade = async (accountId: string, price: number, ids: { openedBy?: string; closedBy?: string } = {}, fee = 1) => {
    await trading.fill(accountId, 'BTCUSDT', 'buy', 0.1, 60_000, { fee });
    trading.at += 2 * 3_600_000 + 180_000;
    return (await trading.fill(accountId, 'BTCUSDT', 'sell', 0.1, price, { fee, ...ids }))!;
  };
  const store = async ({ tradeId, accountId, trade: t }: Awaited<ReturnType<typeof trade>>) => db.kysely.insertInto('closed_trades').values({
    trade_id: tradeId, account_id: accountId, symbol: t.symbol, leg: t.leg, side: t.side, quantity: t.quantity.toString(), entry_price: t.entryPrice.toString(),
    exit_price: t.exitPrice.toString(), pnl: t.pnl.toString(), fees: t.fees.toString(), leverage: t.leverage, opened_at: t.openedAt, closed_at: t.closedAt,
    liquidated: 0, opened_by: null, closed_by: null,
  }).execute();

  test('without a model the facts are there when the event is done with: plan, figures, exit', async () => {
    make();
    await decision('d1', 'rules', 'Breakout above 60000', { intent: { exits: { target: '61000', stop: '59500' } } });
    await db.kysely.insertInto('agent_cycles').values({ agent_id: 'rules', cycle: 7, as_of: trading.at, status: 'done', decided_by: 'rules', reasoning: 'Trend is up', decisions: '[]', inputs: null, error: null }).execute();
    await decision('d2', 'rules', 'Momentum is gone');
    const end = await trade('rules', 61_000, { openedBy: 'd1', closedBy: 'd2' });
    const [row] = await rows();
    expect(row).toMatchObject({ account_id: 'rules', agent_id: 'rules', symbol: 'BTCUSDT', trade_id: end.tradeId, source: 'facts', at: end.trade.closedAt });
    expect(row!.thought).toBe('Breakout above 60000. The cycle said: Trend is up. Planned: target 61000, stop 59500.');
    expect(row!.happened).toBe('Long 0.1 BTCUSDT at 10x from 60000 to 61000, held for 2 h 3 min. +98 after 2 of fees, +1.96 R. It was closed by a decision, before target or stop. The reason then: Momentum is gone.');
    expect(row!.outcome_return).toBeCloseTo(98 / 6000, 12);
    const [message] = await messages();
    expect(message).toMatchObject({ room: agentRoom('rules'), message_id: `reflection:${end.tradeId}` });
    expect(JSON.parse(message!.body)).toMatchObject({ reflection_id: row!.reflection_id, change: row!.change, timestamp: new Date(end.trade.closedAt).toISOString() });
  });

  test('the order that ended it says whether the stop was hit, and the signal who was against it', async () => {
    make();
    const body = JSON.stringify({ metadata: { dissent: ['VwapAnalyst SELL 0.80: Below VWAP.'] } });
    await db.kysely.insertInto('signals').values({
      signal_id: 's1', run_id: 'r1', symbol: 'BTCUSDT', interval: '1h', action: 'BUY', confidence: 0.7, price: 60_000, timestamp: trading.at, valid_until: trading.at,
      depth: 'fast', source: 'test', body, view: '{}', opinions: '[]', created_at: 0, considered_at: null,
    }).execute();
    await decision('d1', 'rules', 'Signal BUY', { intent: { exits: { target: '61000', stop: '59500' } }, signalId: 's1' });
    await trading.fill('rules', 'BTCUSDT', 'buy', 0.1, 60_000, { fee: 1 });
    trading.at += 60_000;
    await db.kysely.insertInto('orders').values({
      order_id: 'o1', decision_id: 'd1', account_id: 'rules', symbol: 'BTCUSDT', leg: 'net', side: 'sell', quantity: '0.1', order_type: 'stop', limit_price: null, stop_price: '59500', trail: null,
      time_in_force: 'gtc', reduce_only: 1, leverage: 10, role: 'stop', pair: null, status: 'filled', broker_order_id: null, filled_quantity: '0.1', average_price: '59400', fees: '1', reason: null,
      exits: null, expires_at: null, at: trading.at, updated_at: trading.at,
    }).execute();
    await db.kysely.insertInto('fills').values({
      account_id: 'rules', execution_id: 'x', order_id: 'o1', decision_id: 'd1', symbol: 'BTCUSDT', leg: 'net', side: 'sell', quantity: '0.1', price: '59400', fee: '1', realised: '-60',
      leverage: 10, liquidation: 0, at: trading.at,
    }).execute();
    await trading.fill('rules', 'BTCUSDT', 'sell', 0.1, 59_400, { fee: 1, openedBy: 'd1', closedBy: 'd1' });
    const [row] = await rows();
    expect(row!.thought).toContain('Against it on the panel: VwapAnalyst SELL 0.80: Below VWAP.');
    expect(row!.happened).toBe('Long 0.1 BTCUSDT at 10x from 60000 to 59400, held for 1 min. -62 after 2 of fees, -1.24 R. The stop was hit.');
    expect(row!.change).toBe('The loss was 1.24 times the planned risk: count fees and slippage into the size. The panel\'s dissent was right this time: weigh it the next time.');
  });

  test('main is reflected on without a room, another account not at all', async () => {
    make();
    await trade('main', 59_000);
    await trade('other', 59_000);
    expect((await rows()).map(({ account_id: id, agent_id: agent }) => [id, agent])).toEqual([['main', null]]);
    expect(await messages()).toEqual([]);
  });

  test('a model is asked behind the event, and its words are kept', async () => {
    let answer: () => void = () => undefined;
    const asked: string[] = [];
    const reflections = make({
      reflect: async (agent, { trade: { pnl } }) => {
        asked.push(`${agent.id} ${pnl.toString()}`);
        await new Promise<void>((resolve) => { answer = resolve; });
        return { thought: 'T', happened: 'H', change: 'C' };
      },
    });
    await trade('thinker', 61_000); // resolves while the model thinks
    await until(() => asked.length === 1);
    expect(await rows()).toEqual([]);
    answer();
    await reflections.idle();
    expect(await rows()).toEqual([expect.objectContaining({ source: 'model:test-model', thought: 'T', happened: 'H', change: 'C' })]);
    expect(asked).toEqual(['thinker 98']);
  });

  test('a model that fails leaves the facts, and says so', async () => {
    const reflections = make({ reflect: async () => ({ failed: 'TIMEOUT: no answer in time.' }) });
    await trade('thinker', 61_000);
    await reflections.idle();
    const [row] = await rows();
    expect(row!.source).toBe('facts');
    expect(row!.happened).toMatch(/^Long 0\.1 BTCUSDT.* \(The model could not reflect: TIMEOUT: no answer in time\.\)$/);
  });

  test('what was left is taken up at the start, all of it, once', async () => {
    const ends = [];
    for (let at = 0; at < 130; at += 1) ends.push(await trade(at % 2 === 0 ? 'rules' : 'thinker', 60_000 + at));
    for (const end of ends) await store(end);
    const asked = new Set<number>();
    const first = make({ reflect: async (_agent, review) => { asked.add(review.trade.closedAt); return { thought: 'T', happened: 'H', change: 'C' }; } });
    await first.start();
    await first.idle();
    expect(await rows()).toHaveLength(130);
    expect(asked.size).toBe(65);
    const again = make({ reflect: async () => { throw new Error('asked again'); } });
    await again.start();
    await Promise.all(ends.map((end) => again.closed(end)));
    await again.idle();
    expect(await rows()).toHaveLength(130);
    expect(await messages()).toHaveLength(130);
  });

  test('lessons come newest first, by account and symbol', async () => {
    make();
    await trade('rules', 61_000);
    await trade('rules', 59_000);
    const lessons = await new ReflectionStore(db.kysely).latestLessons('rules', 'BTCUSDT', 1);
    expect(lessons).toEqual([expect.objectContaining({ symbol: 'BTCUSDT', outcomeReturn: expect.closeTo(-102 / 6000, 12) })]);
    expect(await new ReflectionStore(db.kysely).latestLessons('rules', 'AAPL', 5)).toEqual([]);
  });
});
