import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { cleanUp, freshDataDir, runServer, startServer, type TestServer } from '../support/server.js';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const describeReal = existsSync(DATA) ? describe : describe.skip;
if (!existsSync(DATA)) console.warn('Skipped: the real candles are not beside the project (../shared/data)');
afterAll(cleanUp);

interface Listed {
  readonly symbol: string;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
  readonly confidence: number;
  readonly price: number;
  readonly source: string;
  readonly signal_id: string;
  readonly metadata: { readonly similar: readonly { readonly symbol: string; readonly timestamp: string; readonly distance: number; readonly outcome_return: number }[] };
}

async function ended(server: TestServer): Promise<void> {
  const status = async (): Promise<{ feed: { ended: boolean } }> => (await (await fetch(`${server.url}/ws/status`)).json()) as never;
  while (!(await status()).feed.ended) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function signals(server: TestServer): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = (await (await fetch(`${server.url}/api/signals?limit=500${cursor ? `&cursor=${cursor}` : ''}`)).json()) as { items: Listed[]; next: string | null };
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

const hash = (all: readonly Listed[]): string =>
  createHash('sha256').update(JSON.stringify(all.map(({ symbol, action, confidence, price, metadata: { similar } }) => [symbol, action, confidence, price, similar.map((each) => [each.symbol, each.timestamp, each.distance, each.outcome_return])]))).digest('hex');

describeReal('a replayed file', () => {
  test('gives the same signals twice and at another speed, BUY and SELL each in 10 to 35 % of the runs', async () => {
    const folder = await freshDataDir();
    const head = (name: string, rows: number): string => {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(join(DATA, name), 'utf8').split('\n').slice(0, rows + 1).join('\n'));
      return path;
    };
    const files = `SPY=${head('SPY-1d.csv', 1500)},BTCUSDT=${head('BTCUSDT-1m.csv', 1500)}`;
    const replay = async (speed: string): Promise<Listed[]> => {
      const server = await startServer({ FEED: 'replay', REPLAY_FILES: files, REPLAY_SPEED: speed, TRADING: 'off' });
      await ended(server);
      const all = await signals(server);
      const outcomes = await Promise.all([all[0]!, all[100]!, all.at(-1)!].map(async ({ signal_id: id }) => ((await (await fetch(`${server.url}/api/signals/${id}`)).json()) as { outcome: { status: string } }).outcome));
      expect(outcomes).toMatchObject([{ status: 'pending', outcome: null }, { status: 'expired', outcome: expect.stringMatching(/^(UP|DOWN|FLAT)$/) }, { status: 'expired' }]);
      expect(await (await fetch(`${server.url}/api/news?symbol=spy`)).json()).toEqual({ items: [], next: null });
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      expect(await server.stop()).toBe(0);
      return all;
    };
    const first = await replay('0');
    expect(first.length).toBeGreaterThan(2900);
    expect(new Set(first.map(({ source }) => source))).toEqual(new Set(['replay']));
    for (const symbol of ['SPY', 'BTCUSDT']) {
      const ofSymbol = first.filter((signal) => signal.symbol === symbol);
      for (const action of ['BUY', 'SELL'] as const) {
        const share = ofSymbol.filter((signal) => signal.action === action).length / 1500;
        expect(share).toBeGreaterThan(0.1);
        expect(share).toBeLessThan(0.35);
      }
    }
    expect(first.filter(({ metadata }) => metadata.similar.length === 5).length).toBeGreaterThan(2000);
    expect(hash(await replay('0'))).toBe(hash(first));
    expect(hash(await replay('500000000'))).toBe(hash(first));
  }, 600_000);

  test('with no good row refuses to start, and says the file and why', async () => {
    const path = join(await freshDataDir(), 'bad.csv');
    writeFileSync(path, 'timestamp,open,high,low,close,volume\nnonsense,1,2,3,4,5\n');
    const { code, output } = await runServer({ DATA_DIR: await freshDataDir(), FEED: 'replay', REPLAY_FILES: `BTCUSDT=${path}` });
    expect(code).not.toBe(0);
    expect(output).toContain('bad.csv');
  });
});
