import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decimal } from '../../model/decimal.js';
import { AlpacaBroker } from '../../trading/brokers/alpaca/alpaca.broker.js';
import { proposal } from '../../trading/proposal.js';
import { BITCOIN, QUICK } from '../../../test/support/alpaca-account.js';
import { startAlpacaServer, type AlpacaServer } from '../../../test/support/alpaca-server.js';
import { freshPostgres, freshSqlite, type FreshDatabase } from '../../../test/support/databases.js';
import { perpetual, tradesWorld, tradingGroup, type TradesWorld } from '../../../test/support/trades-world.js';
import { until } from '../../../test/support/until.js';
import type { Group } from '../group.js';

const MINUTE = 60_000;

describe.each([['SQLite', freshSqlite], ['PostgreSQL', freshPostgres]] as const)('what closes a group\'s position without being asked, on %s', (_name, fresh) => {
  let db: FreshDatabase;
  let world: TradesWorld;
  let group: Group;
  let server: AlpacaServer | null;

  beforeEach(async () => {
    db = await fresh();
    server = null;
    group = await tradingGroup(db, 'alpha');
  });

  afterEach(async () => {
    await world.stop();
    await server?.close();
    expect(world.errors).toEqual([]);
    await db.drop();
  });

  async function begin(...options: [Parameters<typeof tradesWorld>[1]?]): Promise<void> {
    world = await tradesWorld(db, ...options);
    await world.open();
    await world.candle();
  }
  const orders = async (): Promise<readonly Record<string, unknown>[]> => (await world.told(group)).map(({ order }) => order);
  const closings = async (): Promise<readonly Record<string, unknown>[]> => (await orders()).filter(({ side }) => side === 'sell');

  it('a liquidation is told under what opened it, with what it cost, and once', async () => {
    await begin({ accounts: [{ ...perpetual('main'), balance: 100 }] });
    await world.post(group, { action: 'LONG', qty: 4.5, stop_loss: 60 }, { correlation: 'run-1' });
    await world.candle();
    await world.candle(75);
    expect(world.held()).toEqual([]);
    const [fill] = await db.kysely.selectFrom('fills').selectAll().where('liquidation', '=', 1).execute();
    const [trade] = await db.kysely.selectFrom('closed_trades').selectAll().execute();
    const last = (await world.told(group)).at(-1)!;
    expect(last).toMatchObject({ event_type: 'order_update', title: 'BTCUSDT order filled', targets: ['alpha'], condition: { trace: { correlation_id: 'run-1' } } });
    expect(last.order).toEqual({
      order_id: null, correlation_id: 'run-1', symbol: 'BTCUSDT', side: 'sell', quantity: 4.5, filled_quantity: 4.5, average_price: Number(fill!.price), status: 'filled',
      reason: expect.stringMatching(/^It was liquidated at 75: /),
    });
    expect(fill!.decision_id).toBe(trade!.closed_by);
    expect(await db.kysely.selectFrom('decisions').selectAll().where('decision_id', '=', trade!.closed_by!).execute()).toMatchObject([{ origin: 'group', origin_id: group.groupId, correlation_id: 'run-1', status: 'filled' }]);
    const told = await orders();
    await world.updates.opened();
    expect(await orders()).toEqual(told);
    // a crash before it was told
    await db.kysely.deleteFrom('group_deliveries').where('event_id', '=', last.id).execute();
    await db.kysely.deleteFrom('group_events').where('event_id', '=', last.id).execute();
    await world.updates.opened();
    expect(await orders()).toEqual(told);
  });

  it('a liquidation of what no group opened is nobody\'s decision', async () => {
    await begin({ accounts: [{ ...perpetual('main'), balance: 100 }] });
    await world.desks.propose(proposal({
      key: 'mine', accountId: 'main', symbol: 'BTCUSDT', origin: 'person', originId: 'somebody', asOf: world.desks.now(), reason: 'so', leverage: 10,
      want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal('4.5') } },
    }));
    await world.candle();
    await world.candle(75);
    expect(world.held()).toEqual([]);
    expect(await db.kysely.selectFrom('decisions').select('decision_key').execute()).toEqual([{ decision_key: 'mine' }]);
    expect(await orders()).toEqual([]);
  });

  it('the end of its time is told under what opened it', async () => {
    await begin();
    await world.desks.propose(proposal({
      key: 'timed', accountId: 'main', symbol: 'BTCUSDT', origin: 'group', originId: group.groupId, correlationId: 'run-2', asOf: world.desks.now(), reason: 'so',
      exitAt: world.desks.now() + 2 * MINUTE, want: { kind: 'open', side: 'long', size: { kind: 'quantity', quantity: decimal(1) } },
    }));
    for (let bar = 0; bar < 4; bar += 1) await world.candle();
    expect(world.held()).toEqual([]);
    const told = await closings();
    expect(told.map(({ status, filled_quantity: filled }) => [status, filled])).toEqual([['submitted', 0], ['accepted', 0], ['filled', 1]]);
    for (const each of told) expect(each).toMatchObject({ correlation_id: 'run-2', reason: 'The horizon of what opened it has passed' });
    expect(await db.kysely.selectFrom('decisions').select(['origin', 'origin_id', 'correlation_id']).where('decision_key', 'like', 'exit:%').execute())
      .toEqual([{ origin: 'group', origin_id: group.groupId, correlation_id: 'run-2' }]);
  });

  it('a level that the broker does not take, and the desk watches, is told under what opened it', async () => {
    const alpaca = (server = await startAlpacaServer());
    const [spelling, account] = ['BTC/USD', { ...perpetual('main'), mode: 'margin' as const, currency: 'USD' }];
    const coin = { ...BITCOIN, symbol: 'BTCUSDT', currency: 'USD' };
    await begin({ accounts: [account], brokerFor: () => ({ driven: null, broker: new AlpacaBroker({
      kind: 'alpaca-paper', keyId: 'key', secretKey: 'secret', baseUrl: alpaca.url, streamUrl: alpaca.streamUrl, instruments: [coin], now: Date.now, onWarning: () => undefined, limits: QUICK,
    }) }) });
    alpaca.price(spelling, 100);
    await world.post(group, { action: 'LONG', qty: 1, leverage: 1, target_price: 120, stop_loss: 90 }, { correlation: 'run-3' });
    alpaca.price(spelling, 100);
    await until(() => alpaca.orders.some(({ type, status }) => type === 'stop_limit' && status === 'new'), 'the stop rests at Alpaca, the target does not');
    await world.candle(121);
    alpaca.price(spelling, 121);
    await until(async () => (await closings()).some(({ status }) => status === 'filled'), 'the closing is told');
    const told = (await closings()).filter(({ reason }) => reason === 'The target was reached');
    expect(told.at(-1)).toMatchObject({ correlation_id: 'run-3', quantity: 1, filled_quantity: 1, average_price: 121, status: 'filled' });
    expect(world.held()).toEqual([]);
  });
});
