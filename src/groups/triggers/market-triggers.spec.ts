import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite } from '../../../test/support/databases.js';
import { OPENING, replayMarket, simulatedMarket } from '../../../test/support/trigger-market.js';
import { TriggerWorld } from '../../../test/support/trigger-world.js';
import { until } from '../../../test/support/until.js';
import { Deposed } from '../../storage/leases.js';
import type { TriggerWork } from './trigger-work.js';

let world: TriggerWorld;
const begin = async (...asked: Parameters<TriggerWorld['work']>): Promise<TriggerWork> => {
  const work = world.work(...asked);
  await work.start();
  return work;
};

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('a trigger on the market, its state on %s,', (_name, fresh) => {
  beforeEach(async () => {
    world = await TriggerWorld.open(await fresh());
  });
  afterEach(async () => {
    expect(await world.end()).toEqual([]);
  });

  /** Runs a file through a process of its own. */
  const replay = async (closes: readonly number[], skip = 0, more: Parameters<TriggerWorld['work']>[1] = {}): Promise<void> => {
    const { market, run } = replayMarket(closes, skip);
    await market.prepare();
    const work = await begin(market, more);
    await run(work);
    await work.stop();
  };

  it('says each move of a price once, with the price that it counts from, and goes on after a restart', async () => {
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 1, cooldown_s: 0, priority: 8, tags: ['move'] });
    await replay([100, 100.5, 101.2, 101.3, 100.9]);
    expect(await world.titles()).toEqual(['BTC/USD up 1.20 %']);
    const [event] = await world.events();
    expect(event).toMatchObject({ source_id: 'mover', priority: 8, tags: '["move"]', event_key: expect.stringMatching(/^price_move:.+:BTC\/USD:/) });
    expect(JSON.parse(event!.payload)).toEqual({
      symbol: 'BTC/USD', price: 101.2, change_pct: 1.2, from: { price: 100, timestamp: new Date(OPENING + 60_000).toISOString() }, window_s: null, source: 'replay',
      simulated: false, timestamp: new Date(OPENING + 180_000).toISOString(),
    });
    await replay([101, 102.5], 5);
    expect((await world.titles()).slice(1)).toEqual(['BTC/USD up 1.28 %']); // from 101.2
    expect((await world.row('mover')).last_event_at).not.toBeNull();
  });

  it('says it again where the file is played again, for it is another time', async () => {
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 1 });
    for (let pass = 0; pass < 2; pass += 1) await replay([100, 102, 102]);
    expect(await world.titles()).toEqual(['BTC/USD up 2.00 %', 'BTC/USD up 2.00 %']);
  });

  it('says when an indicator crosses, on closed candles, once until it crosses again', async () => {
    const when = { left: 'close', op: 'crosses_above', right: 'sma20' };
    await world.trigger('cross', 'indicator', { symbol: 'BTC/USD', interval: '1m', when });
    await world.trigger('high', 'indicator', { symbol: 'BTC/USD', interval: '1m', when: { left: 'close', op: 'above', right: 105 } });
    await world.trigger('under', 'indicator', { symbol: 'BTC/USD', interval: '1m', when: { ...when, op: 'crosses_below' } });
    const down = Array.from({ length: 25 }, (_, at) => 110 - at);
    await replay([...down, 120, 121, 80, 122]);
    const titles = await world.titles();
    // the second one holds from the first candle on, then from where the price has come back
    expect(titles.filter((title) => title.includes('above 105'))).toHaveLength(3);
    expect(titles.filter((title) => title.includes('crosses above'))).toHaveLength(2);
    expect(titles.filter((title) => title.includes('crosses below'))).toHaveLength(1); // not where it was below from the start
    const { payload } = (await world.events()).find(({ source_id: source }) => source === 'cross')!;
    expect(JSON.parse(payload)).toMatchObject({ when, left: 120, price: 120, source: 'replay', candle: new Date(OPENING + 25 * 60_000).toISOString() });
  });

  it('takes in what closed while nobody looked, and says only what the newest candle has turned', async () => {
    const config = { symbol: 'BTC/USD', interval: '1m', when: { left: 'close', op: 'crosses_above', right: 105 } };
    const id = await world.trigger('cross', 'indicator', config);
    await replay([100, 100]);
    /** Runs a file while another node leads, which has gone at its end. */
    const unseen = async (closes: readonly number[], skip: number): Promise<void> => {
      const { market, run } = replayMarket(closes, skip);
      await market.prepare();
      let leads = false;
      const work = await begin(market, { leads: () => leads });
      await run(work);
      leads = true;
      await work.refresh();
      await work.stop();
    };
    await unseen([110, 111], 2);
    expect(await world.titles()).toEqual([]);
    await unseen([100, 112], 4);
    expect(await world.titles()).toEqual(['BTC/USD 1m: close crosses above 105']);
    expect((await world.events())[0]!.event_key).toContain(String(OPENING + 5 * 60_000));
    expect(JSON.parse((await world.row('cross')).state!)).toMatchObject({ held: true, time: OPENING + 5 * 60_000 });
    expect(id).toBe((await world.row('cross')).trigger_id);
  });

  it('runs on the simulated market and says so', async () => {
    const start = Date.UTC(2026, 1, 3, 12, 0, 30);
    const { market, relay, runTo } = await simulatedMarket(start);
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 0.1, window_s: 600, direction: 'both', cooldown_s: 0 });
    await world.trigger('rsi', 'indicator', { symbol: 'BTC/USD', interval: '5m', when: { left: 'rsi14', op: 'above', right: 1 } });
    const work = await begin(market);
    relay.add({ price: (update, at) => work.price(update, at), closed: (symbol) => work.closed(symbol) });
    await market.start();
    for (let minute = 1; minute <= 30; minute += 1) {
      runTo(start + minute * 60_000);
      await work.closed('BTC/USD');
    }
    await market.stop();
    const moves = (await world.events()).filter(({ source_id: source }) => source === 'mover').map(({ title, payload }) => ({ title, ...JSON.parse(payload) as Record<string, never> }));
    expect(moves.length).toBeGreaterThan(1);
    for (const { title, price, change_pct: change, from, simulated } of moves as { title: string; price: number; change_pct: number; from: { price: number }; simulated: boolean }[]) {
      expect(title).toMatch(/^BTC\/USD (up|down) 0\.\d\d % within 600 s \(simulated\)$/);
      expect(simulated).toBe(true);
      expect(100 * (price / from.price - 1)).toBeCloseTo(change, 3);
      expect(Math.abs(change)).toBeGreaterThanOrEqual(0.1 - 1e-4);
    }
    expect((await world.events()).filter(({ source_id: source }) => source === 'rsi')).toHaveLength(1); // it holds from the start
  });

  it('compares with what was within its window before it began, and is silent once its node leads no more', async () => {
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 1, window_s: 600, cooldown_s: 0 });
    const { market } = await simulatedMarket(OPENING);
    let leads = true;
    const work = await begin(market, { leads: () => leads });
    const tick = async (share: number): Promise<void> => {
      const { close } = market.view('BTC/USD').candles.at(-10)!;
      work.price({ symbol: 'BTC/USD', price: close * share, volume: 1, change_pct: null, source: 'simulated', timestamp: '' }, market.now());
      await work.closed('BTC/USD');
    };
    await tick(1.05);
    expect(await world.titles()).toEqual([expect.stringMatching(/^BTC\/USD up 5\.\d\d % within 600 s/)]);
    leads = false;
    await tick(1.2);
    leads = true;
    await work.closed('BTC/USD');
    expect(await world.titles()).toHaveLength(1);
  });

  it('is silent on a node that does not lead, and its word counts for nothing where another leads since', async () => {
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 1 });
    await replay([100, 102], 0, { leads: () => false });
    expect(await world.titles()).toEqual([]);
    await replay([100, 102], 0, { term: () => 3, fence: (_tx, term) => Promise.reject(new Deposed({ lease: 'feed', term: term! }, 4)) });
    expect([await world.titles(), (await world.row('mover')).state, await world.alerts()]).toEqual([[], null, []]);
  });

  it('takes its row as it is: made, changed and disabled while it runs', async () => {
    const { market, relay, runTo } = await simulatedMarket(OPENING);
    const work = await begin(market);
    relay.add({ price: (update, at) => work.price(update, at) });
    await market.start();
    const levels = ['above', 'below'].map((op) => ({ targets: ['trade_btc'], symbol: 'BTC/USD', interval: '1m', when: { left: 'close', op, right: op === 'above' ? 1 : 1e9 } }));
    await world.trigger('level', 'indicator', levels[0]!);
    await work.refresh();
    expect(await world.titles()).toEqual(['BTC/USD 1m: close above 1 (simulated)']);
    await world.db.kysely.updateTable('triggers').set({ config: JSON.stringify(levels[1]) }).execute();
    work.changed();
    await until(async () => (await world.titles()).length === 2, 'the changed trigger');
    await world.db.kysely.updateTable('triggers').set({ enabled: 0, config: JSON.stringify(levels[0]), state: null }).execute();
    await work.refresh();
    runTo(OPENING + 300_000);
    await market.stop();
    await work.closed('BTC/USD');
    expect(await world.titles()).toHaveLength(2);
  });

  it('that cannot run as it is, or whose groups are gone, says so once and stops no other', async () => {
    await world.trigger('bad', 'indicator', { symbol: 'BTC/USD', interval: '1h', when: { left: 'rsi14', op: 'above', right: 50 } });
    await world.trigger('lost', 'price_move', { symbol: 'BTC/USD', change_pct: 1, cooldown_s: 0, targets: ['nobody'] });
    await world.trigger('mover', 'price_move', { symbol: 'BTC/USD', change_pct: 1, cooldown_s: 0 });
    await replay([100, 102, 104, 106, 108]);
    expect(await world.titles()).toHaveLength(4);
    const alerts = await world.alerts();
    expect(alerts.sort()).toEqual([
      'The trigger bad (indicator) fails: config.interval BTC/USD has candles of 1m: take one of them',
      'The trigger lost (price_move) has an event that is refused: targets must name a group: there are trade_btc',
    ]);
    expect((await world.row('lost')).last_error).toBe('targets must name a group: there are trade_btc');
    await world.group('nobody');
    await replay([100, 102], 10);
    expect((await world.row('lost')).last_error).toBeNull();
    expect((await world.alerts()).filter((alert) => alert.includes('bad'))).toHaveLength(1); // also over a restart
  });
});
