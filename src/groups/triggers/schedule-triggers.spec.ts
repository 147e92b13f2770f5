import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshPostgres, freshSqlite } from '../../../test/support/databases.js';
import { simulatedMarket } from '../../../test/support/trigger-market.js';
import { CREATED, TriggerWorld } from '../../../test/support/trigger-world.js';
import type { Market } from '../../market/market.js';
import type { TriggerWork } from './trigger-work.js';

const MINUTE = 60_000;
let world: TriggerWorld;
let market: Market;
beforeAll(async () => { ({ market } = await simulatedMarket(CREATED)); });

/** A process of its own, at the wall time that it is told. */
const process = async (now = CREATED): Promise<TriggerWork> => {
  const work = world.work(market, {}, { clock: () => now });
  await work.refresh();
  return work;
};
const slots = async (): Promise<string[]> => (await world.events()).map(({ event_key: key }) => key!.slice(-24));
const at = (minutes: number): string => new Date(CREATED + minutes * MINUTE).toISOString();

describe.each([['sqlite', freshSqlite], ['postgres', freshPostgres]] as const)('a trigger on a schedule, on %s,', (_name, fresh) => {
  beforeEach(async () => {
    world = await TriggerWorld.open(await fresh());
  });
  afterEach(async () => {
    expect(await world.end()).toEqual([]);
  });

  it('comes at each of its times, once, with what it was told to say', async () => {
    await world.trigger('quarter', 'schedule', { cron: '*/15 * * * *', title: 'Look', payload: { ask: 'now' } });
    const work = await process();
    for (let s = 0; s <= 31 * 60; s += 10) await work.time(CREATED + s * 1000);
    expect(await slots()).toEqual([at(15), at(30)]);
    const { trigger_id: id } = await world.row('quarter');
    expect((await world.events())[0]).toMatchObject({ title: 'Look', payload: '{"ask":"now"}', event_key: `schedule:${id}:${at(15)}` });
    await work.stop();
  });

  it('keeps the time of its zone over a change of the clocks', async () => {
    await world.trigger('berlin', 'schedule', { cron: '0 9 * * *', timezone: 'Europe/Berlin' }, { created_at: Date.UTC(2026, 2, 27, 12) });
    const work = await process();
    for (let hour = 0; hour < 72; hour += 1) await work.time(Date.UTC(2026, 2, 27, 12 + hour));
    expect(await slots()).toEqual(['2026-03-28T08:00:00.000Z', '2026-03-29T07:00:00.000Z', '2026-03-30T07:00:00.000Z']);
    expect(JSON.parse((await world.events())[0]!.payload)).toEqual({ cron: '0 9 * * *', timezone: 'Europe/Berlin', slot: '2026-03-28T08:00:00.000Z' });
    await work.stop();
  });

  it('lets times pass at which nobody was there, or makes up for the last of them where it is told to', async () => {
    await world.trigger('quarter', 'schedule', { cron: '*/15 * * * *' });
    const first = await process();
    await first.time(CREATED + 15 * MINUTE);
    await first.stop();
    const second = await process();
    await second.time(CREATED + 125 * MINUTE);
    await second.time(CREATED + 135 * MINUTE);
    expect(await slots()).toEqual([at(15), at(135)]);
    await second.stop();
    await world.trigger('kept', 'schedule', { cron: '*/15 * * * *', catch_up: true });
    const third = await process();
    await third.time(CREATED + 202 * MINUTE);
    await third.time(CREATED + 203 * MINUTE);
    expect((await slots()).slice(2)).toEqual([at(195)]);
    await third.stop();
  });

  it('has missed nothing where it was given another pattern', async () => {
    await world.trigger('quarter', 'schedule', { cron: '*/15 * * * *', catch_up: true });
    await (await process()).stop();
    await world.db.kysely.updateTable('triggers').set({ config: JSON.stringify({ targets: ['trade_btc'], cron: '*/20 * * * *', catch_up: true }) }).execute();
    const work = await process(CREATED + 119 * MINUTE);
    await work.time(CREATED + 119 * MINUTE);
    await work.time(CREATED + 120 * MINUTE);
    expect(await slots()).toEqual([at(120)]);
    await work.stop();
  });

  it('comes once, whatever nodes think that it is theirs, and also where one took over a few seconds late', async () => {
    await world.trigger('quarter', 'schedule', { cron: '*/15 * * * *' });
    const nodes = [await process(), await process()];
    await Promise.all(nodes.map((work) => work.time(CREATED + 15 * MINUTE)));
    await Promise.all(nodes.map((work) => work.stop()));
    const next = await process();
    await next.time(CREATED + 15 * MINUTE + 9000); // it read the state before the other had said it, or after
    await next.time(CREATED + 30 * MINUTE + 9000);
    expect(await slots()).toEqual([at(15), at(30)]);
    await next.stop();
  });
});
