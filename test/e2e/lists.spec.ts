import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newGroup, rest, type Body } from '../support/group-admin.js';
import { answerOf } from '../support/refusals.js';
import { cleanUp, startServer, type TestServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: TestServer;
let members = '';

beforeAll(async () => {
  server = await startServer({ SYMBOLS: 'BTCUSDT,ETHUSDT,BTC/USD,SOL/USD' });
  members = `/api/groups/${(await newGroup(server, 'desk')).group_id}/members`;
  for (const name of ['one', 'two']) await rest(server, 'POST', '/api/analyst-tokens', { name, owner: 'alice' });
  for (const role of ['macro', 'flows']) await rest(server, 'POST', '/api/roles', { role, title: role, prompt: 'You watch.' });
  await until(async () => (await rest(server, 'GET', '/api/positions') as Body).items.length > 1, 'positions', 30_000);
}, 60_000);
afterAll(cleanUp);

/** With what tells items apart; what the market moves meanwhile is not compared. */
const LISTS: readonly (readonly [path: string, key: (item: Body) => string])[] = [
  ['/api/symbols', (item) => item.symbol], ['/api/accounts', (item) => item.account_id], ['/api/positions', (item) => `${item.account_id} ${item.symbol}`],
  ['/api/assets', (item) => item.agent_id], ['/api/roles', (item) => item.role], ['/api/analysts', (item) => item.agent_id],
  ['/api/analyst-tokens', (item) => item.agent_id], ['members', (item) => item.member_id],
];
const pathOf = (list: string): string => (list === 'members' ? members : list);

describe.each(LISTS)('%s', (list, key) => {
  it('is read in pages, each item once', async () => {
    const path = pathOf(list);
    const { items: all, next } = await rest(server, 'GET', path) as Body;
    expect([all.length > 1, next]).toEqual([true, null]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null && seen.length <= all.length;) {
      const page: Body = await rest(server, 'GET', `${path}?limit=1${cursor && `&cursor=${cursor}`}`);
      expect(page.items).toHaveLength(1);
      seen.push(key(page.items[0]));
      cursor = page.next;
    }
    expect(seen).toEqual(all.map(key));
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'cursor=zzz'])('refuses %s', async (wrong) => {
    expect(await answerOf(`${server.url}${pathOf(list)}?${wrong}`)).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
  });
});
