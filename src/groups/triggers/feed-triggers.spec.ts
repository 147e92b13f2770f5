import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { freshSqlite } from '../../../test/support/databases.js';
import { instrumentOf } from '../../../test/support/hand-feed.js';
import { simulatedMarket } from '../../../test/support/trigger-market.js';
import { CREATED, TriggerWorld } from '../../../test/support/trigger-world.js';
import { symbolsIn } from '../../knowledge/news/news-symbols.js';
import type { Market } from '../../market/market.js';
import type { TriggerWork } from './trigger-work.js';

const item = (guid: string, title: string, more = ''): string => `<item><guid isPermaLink="false">${guid}</guid><title>${title}</title>${more}</item>`;
const rss = (...items: readonly string[]): string => `<rss version="2.0"><channel>${items.join('')}</channel></rss>`;

let server: Server;
let url = '';
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: IncomingMessage[] = [];
let world: TriggerWorld;
let market: Market;
let now = CREATED;

beforeAll(async () => {
  ({ market } = await simulatedMarket(CREATED));
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
});
afterAll(() => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
}));
beforeEach(async () => {
  asked.length = 0;
  world = await TriggerWorld.open(await freshSqlite());
});
afterEach(async () => {
  expect(await world.end()).toEqual([]);
});

const says = (...items: readonly string[]): void => { answer = (_request, response) => response.end(rss(...items)); };
const begin = async (): Promise<TriggerWork> => {
  const work = world.work(market, {}, { symbolsIn: symbolsIn([instrumentOf('BTC/USD'), instrumentOf('AAPL')]) });
  await work.refresh();
  return work;
};
/** A minute later. */
const look = (work: TriggerWork): Promise<void> => work.time((now += 60_000));

it('what is in a feed at the first look is not new; what comes later is, the oldest first, once', async () => {
  await world.trigger('wire', 'feed', { url, every_s: 60, tags: ['news'] });
  const work = await begin();
  says(item('1', 'Old'));
  await look(work);
  says(item('3', 'Third', '<link>https://news.example/3</link><description>&lt;b&gt;BTC&lt;/b&gt; rises</description>'), item('2', 'Second'), item('1', 'Old, edited'));
  await look(work);
  await look(work);
  expect(await world.titles()).toEqual(['Second', 'Third']);
  const event = (await world.events())[1]!;
  expect(event).toMatchObject({ source_id: 'wire', tags: '["news"]' });
  expect(JSON.parse(event.payload)).toEqual({
    title: 'Third', summary: 'BTC rises', url: 'https://news.example/3', published_at: null, symbols: ['BTC/USD'], feed: url, untrusted: true,
  });
});

it('a restart neither repeats nor loses an entry; `initial` takes the newest of what is there', async () => {
  const dated = (guid: string, hour: number): string => item(guid, `At ${hour}`, `<pubDate>${new Date(Date.UTC(2026, 1, 3, hour)).toUTCString()}</pubDate>`);
  await world.trigger('wire', 'feed', { url, every_s: 60, initial: 2 });
  says(dated('1', 1), dated('3', 3), dated('2', 2));
  await look(await begin());
  expect(await world.titles()).toEqual(['At 2', 'At 3']);
  await world.works.pop()!.stop();
  says(dated('4', 4), dated('3', 3), dated('2', 2), dated('1', 1));
  await look(await begin());
  expect(await world.titles()).toEqual(['At 2', 'At 3', 'At 4']);
});

it('only entries with a word or about a symbol that is asked for', async () => {
  await world.trigger('words', 'feed', { url, every_s: 60, match: ['CPI', 'rate hike'], initial: 50 });
  await world.trigger('about', 'feed', { url, every_s: 60, symbols: ['BTC/USD'], initial: 50 });
  says(item('1', 'cpi is out'), item('2', 'CPIs'), item('3', 'A RATE HIKE for BTC'), item('4', 'BTC falls'));
  await look(await begin());
  const of = async (name: string): Promise<string[]> => (await world.events()).filter(({ source_id: source }) => source === name).map(({ title }) => title).sort();
  expect([await of('words'), await of('about')]).toEqual([['A RATE HIKE for BTC', 'cpi is out'], ['A RATE HIKE for BTC', 'BTC falls']]);
});

it('asks at its time, and only for what has changed', async () => {
  await world.trigger('wire', 'feed', { url, every_s: 120 });
  answer = (request, response) => {
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.setHeader('etag', '"1"').end(rss(item('1', 'Old')));
  };
  const work = await begin();
  for (let minute = 0; minute < 5; minute += 1) await look(work);
  expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"']);
  expect(asked[0]!.headers['user-agent']).toBe('conclave/test');
});

it('more new entries than one look takes come with the next looks, all of them', async () => {
  await world.trigger('wire', 'feed', { url, every_s: 60 });
  const work = await begin();
  says();
  await look(work);
  answer = (request, response) => (request.headers['if-none-match'] === '"2"' ? response.writeHead(304).end() : response.setHeader('etag', '"2"').end(rss(...Array.from({ length: 120 }, (_, at) => item(`i${at}`, `Entry ${119 - at}`)))));
  for (const count of [50, 100, 120, 120]) {
    await look(work);
    expect(await world.titles()).toHaveLength(count);
  }
  expect(await world.titles()).toEqual(Array.from({ length: 120 }, (_, at) => `Entry ${at}`));
});

it('a feed that fails says so once, disturbs no other, and is asked again; a stop ends a fetch under way', async () => {
  await world.trigger('broken', 'feed', { url: `${url}?broken`, every_s: 60 });
  await world.trigger('wire', 'feed', { url, every_s: 60, initial: 1 });
  answer = (request, response) => {
    if (request.url!.includes('broken')) response.writeHead(500).end();
    else response.end(rss(item(String(asked.length), 'Fine')));
  };
  const work = await begin();
  await look(work);
  await look(work);
  expect(await world.titles()).toEqual(['Fine', 'Fine']);
  expect(await world.alerts()).toEqual(['The trigger broken (feed) fails: it answered 500']);
  expect((await world.row('broken')).last_error).toBe('it answered 500');
  answer = (request, response) => response.end(request.url!.includes('broken') ? '<html><p>no feed' : rss());
  await look(work);
  expect((await world.row('broken')).last_error).toContain('no RSS and no Atom');
  answer = (_request, response) => response.end(rss());
  await look(work);
  expect([(await world.row('broken')).last_error, (await world.alerts()).length]).toEqual([null, 1]);
  answer = () => undefined; // never
  const before = asked.length;
  const hanging = look(work);
  while (asked.length < before + 2) await new Promise((resolve) => setImmediate(resolve));
  await work.stop();
  await hanging;
  expect((await world.row('broken')).last_error).toBeNull();
});
