import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/support/until.js';
import { OpenAiEmbedder } from './embedder.openai.js';
import { FeedReader } from './feed-reader.js';
import { NewsFeeds } from './news-feeds.js';
import type { NewNews } from './news-store.js';

const NOW = Date.UTC(2024, 0, 2, 12);
const rss = (...items: readonly string[]): string => `<rss><channel>${items.map((each) => `<item>${each}</item>`).join('')}</channel></rss>`;

let server: Server;
let url = '';
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const asked: IncomingMessage[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => { asked.length = 0; });
afterAll(() => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
}));

function feeds(more: { symbols?: string[]; mayPoll?: () => boolean; everyMs?: number; also?: string } = {}) {
  const [added, states] = [[] as NewNews[], [] as string[]];
  const made = new NewsFeeds({
    config: { feeds: [{ name: 'wire', url: `${url}/feed`, symbols: more.symbols ?? [] }, ...(more.also ? [{ name: 'also', url: more.also, symbols: [] }] : [])], everyMs: more.everyMs ?? 1e6 },
    news: { add: async (items) => { added.push(...items); return items.map((item, at) => ({ ...item, id: `${at}` })); } },
    symbolsIn: (text) => (text.includes('Apple') ? ['AAPL'] : []),
    mayPoll: more.mayPoll ?? (() => true), onState: (feed, error) => states.push(`${feed}: ${error?.message ?? 'again'}`),
    agent: 'conclave/test', clock: () => NOW, random: () => 0.5,
  });
  return { made, added, states };
}

describe('news feeds', () => {
  it('bring what a feed says, about whom it says or its words do; a missing time or one to come is now', async () => {
    answer = (_request, response) => response.end(rss(
      '<title>Apple up</title><pubDate>Tue, 02 Jan 2024 11:00:00 GMT</pubDate>', '<title>Undated</title>', '<title>Apple tomorrow</title><pubDate>Wed, 03 Jan 2024 11:00:00 GMT</pubDate>', '<title>Bad</title><pubDate>soon</pubDate>',
    ));
    const { made, added } = feeds();
    await made.poll();
    expect(added.map(({ title, publishedAt, symbols, source }) => [title, publishedAt, symbols, source])).toEqual([
      ['Apple up', NOW - 3_600_000, ['AAPL'], 'wire'], ['Undated', NOW, [], 'wire'], ['Apple tomorrow', NOW, ['AAPL'], 'wire'], ['Bad', NOW, [], 'wire'],
    ]);
    expect(made.states).toEqual([{ name: 'wire', read_at: new Date(NOW).toISOString(), items: 4, error: null }]);
    const about = feeds({ symbols: ['NVDA'] });
    await about.made.poll();
    expect(about.added.every(({ symbols }) => symbols.join() === 'NVDA')).toBe(true);
  });

  it('ask again only for what has changed', async () => {
    answer = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"' && request.headers['if-modified-since']) return response.writeHead(304).end();
      response.setHeader('etag', '"v1"').setHeader('last-modified', 'Tue, 02 Jan 2024 11:00:00 GMT').end(rss('<title>One</title>'));
    };
    const { made, added, states } = feeds();
    await made.poll();
    await made.poll();
    expect([asked.length, added.length, states]).toEqual([2, 1, []]);
    expect(asked[0]!.headers['user-agent']).toBe('conclave/test');
  });

  it('say once that one fails and once that it is well again, and a failing one disturbs no other', async () => {
    answer = (request, response) => (request.url === '/feed' ? response.writeHead(500).end('no') : response.end(rss('<title>Fine</title>')));
    const { made, added, states } = feeds({ also: `${url}/fine` });
    await made.poll();
    await made.poll();
    expect(states).toEqual(['wire: it answered 500']);
    expect(made.states[0]).toMatchObject({ name: 'wire', error: 'it answered 500', read_at: null });
    expect(added.map(({ title }) => title)).toEqual(['Fine', 'Fine']);
    answer = (_request, response) => response.end('<html>a login page</html>');
    await made.poll();
    answer = (_request, response) => response.end(rss());
    await made.poll();
    expect(states).toEqual(['wire: it answered 500', 'also: it is no RSS and no Atom document: check the address', 'wire: again', 'also: again']);
  });

  it.each<[string, RegExp, typeof answer]>([
    ['a document without an end', /larger than 2 MiB/, (_request, response) => {
      const more = (): void => { while (!response.destroyed && response.write('x'.repeat(65_536))) { /* on and on */ } };
      response.on('drain', more);
      more();
    }],
    ['a connection that is cut', /./, (_request, response) => { response.writeHead(200, { 'content-length': '9' }); response.write('<rss'); setImmediate(() => response.destroy()); }],
    ['silence', /timeout|aborted/i, () => undefined],
    ['a body that stops', /timeout|aborted|terminated/i, (_request, response) => { response.write('<rss>'); }],
  ])('do not wait or grow without a bound: %s', async (_name, why, how) => {
    answer = how;
    const reader = new FeedReader(`${url}/feed`, 'test', 300);
    await expect(reader.read(new AbortController().signal)).rejects.toThrow(why);
  });

  it('read other encodings', async () => {
    answer = (_request, response) => response.setHeader('content-type', 'text/xml; charset=ISO-8859-1').end(Buffer.from('caf\u00e9', 'latin1'));
    expect(await new FeedReader(`${url}/feed`, 'test').read(new AbortController().signal)).toBe('café');
    answer = (_request, response) => response.end(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>caf\u00e9', 'latin1'));
    expect(await new FeedReader(`${url}/feed`, 'test').read(new AbortController().signal)).toContain('café');
  });

  it('are asked again and again while it is this node\'s turn, and no more after a stop', async () => {
    answer = (_request, response) => response.end(rss());
    let mine = false;
    let looks = 0;
    const { made } = feeds({ everyMs: 5, mayPoll: () => { looks += 1; return mine; } });
    made.start();
    await until(() => looks >= 3, 'the feed\'s turn is looked at');
    expect(asked).toEqual([]);
    mine = true;
    await until(() => asked.length >= 3, 'the feed is asked');
    await made.stop();
    const [before, looked] = [asked.length, looks];
    await made.poll();
    expect([asked.length, looks]).toEqual([before, looked + 1]);
  });

  it('a stop does not wait for a feed that hangs', async () => {
    answer = () => undefined;
    const { made, states } = feeds();
    made.start();
    await until(() => asked.length === 1, 'the feed is asked');
    await made.stop();
    expect(states).toEqual([]);
  });
});

describe('embeddings of a provider', () => {
  const signal = new AbortController().signal;
  it('come in the order of the texts, and with its key', async () => {
    answer = (_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ index: 1, embedding: [3, 4] }, { index: 0, embedding: [1, 2] }] }));
    const embedder = new OpenAiEmbedder({ baseUrl: `${url}/v1`, apiKey: 'k' }, 'small');
    expect(await embedder.embed(['a', 'b'], signal)).toEqual([[1, 2], [3, 4]]);
    expect([asked[0]!.url, asked[0]!.headers.authorization]).toEqual(['/v1/embeddings', 'Bearer k']);
    await expect(embedder.embed(['a', 'b', 'c'], signal)).rejects.toThrow('2 vectors for 3 texts');
  });

  it('are refused with what the provider said', async () => {
    answer = (_request, response) => response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"bad key"}}');
    await expect(new OpenAiEmbedder({ baseUrl: `${url}/v1`, apiKey: 'k' }, 'small').embed(['a'], signal)).rejects.toThrow('401');
  });
});
