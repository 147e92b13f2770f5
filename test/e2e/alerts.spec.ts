import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { connect, type Message } from '../../src/client/index.js';
import type { Frame } from '../support/raw-client.js';
import { cleanUp, freshDataDir, startServer, type TestServer } from '../support/server.js';
import { SECRET, token } from '../support/tokens.js';
import { TRANSPORTS, type Client } from '../support/transports.js';

const [RAW] = TRANSPORTS;
const UP = { field: 'price', op: 'crosses_above', value: 100.5 };
const DOWN = { field: 'price', op: 'crosses_below', value: 100.5 };

const SWING = [98, 99, 100, 101, 102, 102, 101, 100, 99, 98];
/** Turns every half hour, so that the panel changes its mind. */
const wave = (at: number): number => Math.round(100 * (100 + 4 * Math.sin(at / 10) + ((at * 7919) % 13) / 20)) / 100;

/** Minutes with these closes. */
function candles(folder: string, name: string, closeAt: (at: number) => number): string {
  const rows = Array.from({ length: 5000 }, (_, at) => {
    const close = closeAt(at);
    return `${new Date(Date.UTC(2026, 0, 5) + at * 60_000).toISOString()},${close},${close + 0.2},${close - 0.2},${close},10`;
  });
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
  return path;
}

let env: Record<string, string>;
let server: TestServer;
beforeAll(async () => {
  const dataDir = await freshDataDir();
  env = { FEED: 'replay', REPLAY_FILES: `BTCUSDT=${candles(dataDir, 'swing', (at) => SWING[at % SWING.length]!)},ETHUSDT=${candles(dataDir, 'wave', wave)}`, REPLAY_SPEED: '2400', DATA_DIR: dataDir, REPLAY_LOOP: 'true' };
  server = await startServer(env);
});
afterAll(cleanUp);

const alerts = (one: Client, id: string): Frame[] => one.frames.filter(({ type, data, replayed }) => type === 'alert' && data.alert_id === id && !replayed);
const prices = (one: Client): Frame[] => one.frames.filter(({ type, snapshot }) => type === 'price_update' && !snapshot);
const until = (one: Client, count: number, id: string): Promise<unknown> => one.until(() => alerts(one, id).length >= count, `${count} alerts`);

describe.each(TRANSPORTS)('over $name', ({ connect: open }) => {
  const clients: Client[] = [];
  const client = async (as = {}): Promise<Client> => {
    const one = await open(server, as);
    clients.push(one);
    return one;
  };
  afterAll(() => clients.forEach((one) => one.close()));

  it('fires once for each crossing of a price, in the direction that was asked for', async () => {
    const one = await client();
    await one.ask('subscribe', { symbol: 'BTCUSDT', types: ['price_update'] });
    const [up, down] = [(await one.ask('set_alert', { symbol: 'btc/usdt', when: UP })).data, (await one.ask('set_alert', { symbol: 'BTCUSDT', when: DOWN })).data];
    expect(up).toEqual({ alert_id: expect.any(String), symbol: 'BTCUSDT', when: UP, once: false, created_at: expect.any(String) });
    const begin = prices(one).length;
    await until(one, 3, up.alert_id);
    await until(one, 3, down.alert_id);
    const seen = prices(one).slice(Math.max(0, begin - 1));
    const crossings = (wanted: (from: number, to: number) => boolean): string[] =>
      seen.filter(({ data }, at) => at > 0 && wanted(seen[at - 1]!.data.price, data.price)).map(({ data }) => data.timestamp as string);
    const fired = (id: string): string[] => alerts(one, id).map(({ data }) => data.timestamp as string);
    expect(fired(up.alert_id).slice(0, 3)).toEqual(crossings((from, to) => from <= 100.5 && to > 100.5).slice(-fired(up.alert_id).length).slice(0, 3));
    expect(fired(down.alert_id).length - fired(up.alert_id).length).toBeLessThanOrEqual(1);
    expect(crossings((from, to) => from >= 100.5 && to < 100.5)).toEqual(expect.arrayContaining(fired(down.alert_id).slice(1, 3)));
    expect(alerts(one, up.alert_id)[0]).toMatchObject({
      room: expect.stringMatching(/^client:anonymous:/), offset: expect.any(Number),
      data: { alert_id: up.alert_id, symbol: 'BTCUSDT', when: UP, value: 101, timestamp: expect.any(String) },
    });
    expect(alerts(one, down.alert_id)[0]!.data).toMatchObject({ value: 100 });
  });

  it('fires at the signal in which an action, a strength or a confidence becomes so', async () => {
    const one = await client();
    await one.ask('subscribe', { symbol: 'ETHUSDT', types: ['signal_update'] });
    const set = async (when: unknown, symbol = '*'): Promise<string> => (await one.ask('set_alert', { symbol, when })).data.alert_id;
    const ids = {
      HOLD: await set({ field: 'action', op: 'becomes', value: 'HOLD' }),
      BUY: await set({ field: 'action', op: 'becomes', value: 'BUY' }, 'ETHUSDT'),
      SELL: await set({ field: 'action', op: 'becomes', value: 'SELL' }, 'ETHUSDT'),
      strong: await set({ field: 'strength', op: 'at_least', value: 'MODERATE' }),
      sure: await set({ field: 'confidence', op: 'crosses_above', value: 0.1 }),
    };
    const last = one.frames.length;
    const signals = (): Frame[] => one.frames.filter(({ type, snapshot }) => type === 'signal_update' && !snapshot);
    const from = signals().filter((frame) => one.frames.indexOf(frame) < last).length;
    await one.until(() => signals().length >= from + 60, '60 signals');
    await one.ask('list_alerts');
    const judged = signals().slice(0, from + 59);
    const edges = (holds: (data: Frame['data']) => boolean): string[] => judged
      .filter(({ data }, at) => at > from && holds(data) && !holds(judged[at - 1]!.data)).map(({ data }) => data.signal_id as string);
    const inTime = new Set(judged.slice(from + 1).map(({ data }) => data.signal_id as string));
    const fired = (id: string): string[] => alerts(one, id).map(({ data }) => data.signal_id as string).filter((signal) => inTime.has(signal));
    for (const action of ['HOLD', 'BUY', 'SELL'] as const) expect(fired(ids[action])).toEqual(edges((data) => data.action === action));
    expect(fired(ids.strong)).toEqual(edges((data) => data.agents_consensus.consensus_strength !== 'NONE'));
    expect(fired(ids.sure)).toEqual(edges((data) => data.confidence > 0.1));
    expect(fired(ids.HOLD).length + fired(ids.BUY).length + fired(ids.SELL).length).toBeGreaterThan(0);
  });

  it('lists, deletes, sets the same once, and fires once where that was asked for', async () => {
    const one = await client();
    const never = { symbol: 'BTCUSDT', when: { ...UP, value: 1e6 } };
    const far = (await one.ask('set_alert', never)).data;
    expect((await one.ask('set_alert', never)).data).toEqual(far);
    await one.ask('delete_alert', { alert_id: far.alert_id });
    const first = (await one.ask('set_alert', { symbol: 'BTCUSDT', when: UP, once: true })).data;
    const kept = (await one.ask('set_alert', { symbol: '*', when: { ...DOWN, value: 99.5 } })).data;
    expect((await one.ask('list_alerts')).data.alerts.map((alert: { alert_id: string }) => alert.alert_id)).toEqual(expect.arrayContaining([kept.alert_id]));
    await until(one, 1, first.alert_id);
    await until(one, 2, kept.alert_id);
    expect(alerts(one, first.alert_id)).toHaveLength(1);
    expect((await one.ask('list_alerts')).data).toEqual({ alerts: [kept] });
    expect((await one.ask('delete_alert', { alert_id: kept.alert_id })).data).toEqual({ alert_id: kept.alert_id, alerts: [] });
    expect((await one.ask('delete_alert', { alert_id: kept.alert_id })).data.code).toBe('NOT_FOUND');
  });

  it('goes on for a client that comes back, from where it was', async () => {
    const one = await client();
    const { data: { client_id: clientId } } = await one.find(({ type }) => type === 'welcome');
    const { alert_id: id } = (await one.ask('set_alert', { symbol: 'BTCUSDT', when: UP })).data;
    await until(one, 1, id);
    const last = alerts(one, id).at(-1)!;
    one.close();
    const since = { [last.room!]: { epoch: last.epoch, offset: last.offset } };
    const witness = await client();
    const other = (await witness.ask('set_alert', { symbol: 'BTCUSDT', when: UP })).data;
    await until(witness, 2, other.alert_id);
    const again = await client({ clientId, since });
    await until(again, 3, id);
    const missed = alerts(again, id);
    expect(missed.map(({ offset }) => offset)).toEqual(missed.map((_, at) => last.offset! + 1 + at));
    const minutes = missed.map(({ data }) => Date.parse(data.timestamp) / 60_000);
    expect(minutes.slice(1).every((minute, at) => minute - minutes[at]! === 10)).toBe(true); // the swing's length: none twice, none missing
    const stranger = await client();
    expect((await stranger.ask('list_alerts')).data).toEqual({ alerts: [] });
    expect((await stranger.ask('delete_alert', { alert_id: id })).data.code).toBe('NOT_FOUND');
  });

  it.each<[unknown, string[]]>([
    [{ symbol: 'b c', when: UP }, ['symbol']],
    [{ symbol: 'BTCUSDT' }, ['when']],
    [{ symbol: 'BTCUSDT', when: 'price > 5' }, ['when']],
    [{ symbol: 'BTCUSDT', when: { ...UP, field: 'volume' } }, ['when.field']],
    [{ symbol: 'BTCUSDT', when: { ...UP, op: 'becomes', value: -1 } }, ['when.op', 'when.value']],
    [{ symbol: 'BTCUSDT', when: { field: 'action', op: 'becomes', value: 'ABSTAIN' } }, ['when.value']],
    [{ symbol: 'BTCUSDT', when: { field: 'strength', op: 'at_least', value: 0.5 } }, ['when.value']],
    [{ symbol: 'BTCUSDT', when: { field: 'confidence', op: 'at_least', value: 1.5 } }, ['when.value']],
    [{ symbol: 'BTCUSDT', when: UP, once: 'yes' }, ['once']],
  ])('refuses %j at %j', async (fields, paths) => {
    const { data } = await (await client()).ask('set_alert', fields as Record<string, unknown>);
    expect([data.code, ...data.details.map(({ path }: { path: string }) => path)]).toEqual(['VALIDATION_ERROR', ...paths]);
  });
});

describe('alerts', () => {
  it('are at most a hundred for each client, and those of a token are its subject\'s', async () => {
    const guarded = await startServer({ AUTH_REQUIRED: 'true', AUTH_JWT_SECRET: SECRET, SYMBOLS: 'AAPL' });
    const [one, other] = [await RAW!.connect(guarded, { token: await token({ subject: 'alice' }) }), await RAW!.connect(guarded, { token: await token({ subject: 'alice' }) })];
    for (let at = 0; at < 100; at += 1) {
      const { type } = await one.ask('set_alert', { symbol: 'AAPL', when: { ...UP, value: 1000 + at } });
      if (type === 'error') await new Promise((resolve) => setTimeout(resolve, 50)); // the rate of commands
      if (type === 'error') at -= 1;
    }
    const refusal = (await other.ask('set_alert', { symbol: 'AAPL', when: DOWN })).data;
    expect(refusal).toMatchObject({ code: 'ALERT_LIMIT', retryable: false, message: expect.stringContaining('delete one first') });
    expect((await other.ask('list_alerts')).data.alerts).toHaveLength(100);
    const bob = await RAW!.connect(guarded, { token: await token({ subject: 'bob' }) });
    expect((await bob.ask('list_alerts')).data.alerts).toEqual([]);
    await guarded.stop();
  });

  it('survive a kill of the server, and no crossing fires twice', async () => {
    const client = await RAW!.connect(server);
    const { data: { client_id: clientId } } = await client.find(({ type }) => type === 'welcome');
    const { alert_id: id } = (await client.ask('set_alert', { symbol: 'BTCUSDT', when: UP })).data;
    await until(client, 2, id);
    const before = alerts(client, id);
    await server.kill();
    server = await startServer(env);
    const { epoch, offset, room } = before[0]!;
    const again = await RAW!.connect(server, { clientId, since: { [room!]: { epoch, offset } } });
    expect((await again.ask('list_alerts')).data.alerts).toMatchObject([{ alert_id: id }]);
    await until(again, before.length + 1, id);
    const all = [before[0]!, ...alerts(again, id)];
    expect(all.slice(0, before.length)).toEqual(before);
    expect(new Set(all.map(({ data }) => data.timestamp)).size).toBe(all.length);
    expect(all.map((frame) => frame.offset)).toEqual(all.map((_, at) => before[0]!.offset! + at));
  });

  it('are set, listed and deleted by the typed client, which gets them as messages', async () => {
    const got: Message[] = [];
    const client = connect({ url: server.url, WebSocket: WebSocket as never });
    const alert = await client.setAlert('BTCUSDT', { field: 'price', op: 'crosses_below', value: 100.5 }, { once: true });
    await new Promise<void>((resolve) => client.on('alert', (message) => {
      got.push(message);
      resolve();
    }));
    expect(got).toMatchObject([{ type: 'alert', data: { alert_id: alert.alert_id, value: 100 } }]);
    expect(await client.listAlerts()).toEqual([]);
    const other = await client.setAlert('*', { field: 'action', op: 'becomes', value: 'BUY' });
    expect(await client.deleteAlert(other.alert_id)).toEqual([]);
    client.close();
  });
});
