import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RawClient } from '../support/raw-client.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

interface Feed { readonly name: string; readonly simulated: boolean; readonly stale: boolean; readonly connected?: boolean; readonly bad_frames?: number }

const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
const feedOf = async (server: TestServer): Promise<Feed> => (await json<{ feed: Feed }>(`${server.url}/ws/status`)).feed;

/** A minute is 150 ms: a panel needs an hour of candles before most of it has an opinion. */
const TIMES = 400;
/** A feed is stale after 3 s, which is longer than a busy machine lets a price wait. */
const SLOWER = 5;

const lapse = (times: number): Record<string, string> => ({ NODE_OPTIONS: '--import ./test/support/time-lapse.mjs --disable-warning=ExperimentalWarning', TIME_LAPSE: `${times},${Date.now()}` });

describe('a Conclave that takes its prices from another over /stream', () => {
  let outside: TestServer;
  let inside: TestServer;
  const env = {
    ...lapse(TIMES),
    SYMBOLS: 'AAPL,BTC/USD', WS_HEARTBEAT_INTERVAL: '3600', ANALYSIS_DEADLINE_MS: '60000', PRICE_MOVE_TRIGGER: '1', SIGNAL_GENERATION_INTERVAL: '3600',
  };
  beforeAll(async () => {
    outside = await startServer({ ...env, SIM_TICK_MS: '5000' });
    inside = await startServer({ ...env, FEED: `ws:${outside.ws}/stream?symbols=AAPL,BTC/USD&token=hunter2` });
  });
  afterAll(cleanUp);
  const sourceOf = (): string => `ws:${new URL(outside.url).host}:simulated`;

  it('has its prices under a source that says where they come from, and that they are made up', async () => {
    const client = await RawClient.open(`${inside.ws}/stream?symbols=AAPL`);
    const price = await client.find((frame) => (frame as unknown as { symbol?: string }).symbol === 'AAPL');
    expect(price).toMatchObject({ source: sourceOf() });
    client.close();
    expect(await feedOf(inside)).toMatchObject({ name: sourceOf(), simulated: true, connected: true, bad_frames: 0 });
    expect(inside.output()).not.toContain('hunter2');
  });

  it('makes candles and signals of them', async () => {
    const client = await RawClient.open(`${inside.ws}/ws/signals`);
    const candles = async (): Promise<readonly unknown[]> => (await json<{ items: unknown[] }>(`${inside.url}/api/market/candles?symbol=AAPL&limit=100`)).items;
    await until(async () => (await candles()).length >= 62, 'an hour of candles');
    await client.ask('subscribe', { symbol: 'AAPL' });
    const { data } = await client.ask('analyze', { symbol: 'AAPL' });
    const signal = await client.find((frame) => frame.type === 'signal_update' && frame.data.run_id === data.run_id);
    expect(signal.data).toMatchObject({ symbol: 'AAPL', source: sourceOf(), interval: '1m' });
    client.close();
  });

  it('says once that prices have stopped, stays ready, and is back with the other', async () => {
    await Promise.all([outside.kill(), inside.kill()]);
    const slower = { ...env, ...lapse(SLOWER), SIM_TICK_MS: '1000' };
    const other = await startServer(slower);
    const own = await startServer({ ...slower, FEED: `ws:${other.ws}/stream?symbols=AAPL,BTC/USD` });
    const client = await RawClient.open(`${own.ws}/ws/signals`);
    await client.ask('subscribe', { symbol: 'AAPL' });
    await client.find(({ type, snapshot }) => type === 'price_update' && !snapshot);
    const { port } = new URL(other.url);
    await other.kill();
    await until(async () => (await feedOf(own)).stale, 'stale');
    await client.find((frame) => frame.type === 'system_alert' && (frame.data as { code?: string }).code === 'FEED_STALE' && /which is not connected/.test(String((frame.data as { message?: string }).message)));
    expect(await feedOf(own)).toMatchObject({ connected: false });
    const ready = await fetch(`${own.url}/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ info: { feed: { status: 'up', stale: true } } });
    await startServer({ ...slower, PORT: port });
    await client.find((frame) => frame.type === 'system_alert' && (frame.data as { code?: string }).code === 'FEED_BACK');
    await until(async () => (await feedOf(own)).connected, 'connected again');
    client.close();
  });
});
