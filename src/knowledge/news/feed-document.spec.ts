import { describe, expect, it } from '@jest/globals';
import { costMs } from '../../../test/support/cost.js';
import { feedEntries } from './feed-document.js';
import { plainText } from './plain-text.js';

const rss = (items: string, head = ''): string => `<?xml version="1.0"?>${head}<rss version="2.0"><channel><title>Wire</title>${items}</channel></rss>`;

describe('a feed document', () => {
  it('of RSS gives titles, text without HTML, addresses and times', () => {
    const [first, second, ...rest] = feedEntries(rss(`
      <item><title>Apple &amp; Tesla &#8217;up&#x2019;</title><link>https://news.example/a?x=1&amp;y=2</link><pubDate>Tue, 02 Jan 2024 15:00:00 GMT</pubDate>
        <description>&lt;p&gt;Beats &lt;b&gt;estimates&lt;/b&gt;, up 5&amp;nbsp;%&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description></item>
      <item><title><![CDATA[A <i>bold</i> move]]></title><guid isPermaLink="false">tag:1</guid><description><![CDATA[<p>Q&amp;A: 3 < 5</p>]]></description></item>
      <item><title>  </title><link>https://news.example/empty</link></item>`));
    expect(first).toEqual({ title: 'Apple & Tesla ’up’', summary: 'Beats estimates , up 5 %', url: 'https://news.example/a?x=1&y=2', guid: null, publishedAt: Date.UTC(2024, 0, 2, 15) });
    expect(second).toEqual({ title: 'A bold move', summary: 'Q&A: 3 < 5', url: null, guid: 'tag:1', publishedAt: null });
    expect(rest).toEqual([]);
  });

  it('of Atom takes the alternate link, and text in elements too', () => {
    const [entry] = feedEntries(`<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><title type="html">Up</title>
      <link rel="self" href="https://a.example/self"/><link href="https://a.example/page"/><updated>2024-01-02T03:04:05Z</updated>
      <content type="xhtml"><div><p>Shares rise</p></div></content></entry></feed>`);
    expect(entry).toEqual({ title: 'Up', summary: 'Shares rise', url: 'https://a.example/page', guid: null, publishedAt: Date.UTC(2024, 0, 2, 3, 4, 5) });
  });

  it('of RSS 1.0 has its items beside the channel', () => {
    expect(feedEntries('<rdf:RDF xmlns:rdf="r"><channel/><item><title>One</title><dc:date xmlns:dc="d">2024-01-02</dc:date></item></rdf:RDF>'))
      .toMatchObject([{ title: 'One', publishedAt: Date.UTC(2024, 0, 2) }]);
  });

  it('expands no entity of its own, however often it is nested', () => {
    const lol = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
    const nested = rss('<item><title>&l9; ok</title></item>', `<!DOCTYPE rss [<!ENTITY l0 "lol">${lol}]>`);
    expect(feedEntries(nested)[0]!.title).toBe('&l9; ok');
    expect(costMs(() => feedEntries(nested), 3)).toBeLessThan(1000);
    expect(() => feedEntries(rss('<item><title>&f;</title></item>', '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'))).toThrow('External');
  });

  it('lets no script address, no line break and no invisible character through, and is bounded', () => {
    const many = `<item><title>t\n\u202e\u0007${'x'.repeat(5000)}</title><link>javascript:alert(1)</link><description>${'&lt;'.repeat(5000)}</description></item>`.repeat(600);
    const entries = feedEntries(rss(many));
    expect(entries).toHaveLength(500);
    expect(entries[0]!.title).toMatch(/^t x{297}…$/);
    expect(entries[0]!.summary.length).toBeLessThanOrEqual(1000);
    expect(entries[0]!.url).toBeNull();
  });

  it.each(['<html><body>Not found</body></html>', 'nonsense', '', '{"a":1}', '<a>'.repeat(500)])('refuses what is no feed: %.20s', (text) => {
    expect(() => feedEntries(text)).toThrow();
  });

  it('becomes plain text in little time, whatever it is made of', () => {
    for (const part of ['<', '<script>', '<!--', '&', '&#', '<a ', '</']) expect(costMs(() => plainText(part.repeat(200_000), 1000), 2)).toBeLessThan(500);
  });
});
