import { XMLParser } from 'fast-xml-parser';
import { plainText } from './plain-text.js';

/** An entry of a feed as it is written there, as plain text. */
export interface FeedEntry {
  readonly title: string;
  readonly summary: string;
  readonly url: string | null;
  /** What its publisher knows it by; null: nothing. */
  readonly guid: string | null;
  /** Epoch milliseconds; null: none, or none that can be read. */
  readonly publishedAt: number | null;
}

const MOST_ENTRIES = 500;
const TITLE = 300;
const SUMMARY = 1000;
const URL_LENGTH = 2000;

type Node = string | { readonly [name: string]: Node } | readonly Node[] | undefined;

/**
 * Entities are never expanded by the parser: a document cannot grow, whatever its DOCTYPE declares (`plainText` knows the
 * few that HTML has).
 */
const parser = new XMLParser({
  ignoreAttributes: false, attributeNamePrefix: '@', processEntities: false, removeNSPrefix: true, parseTagValue: false, trimValues: true, maxNestedTags: 50,
});

/** The entries of an RSS 2.0, RSS 1.0 or Atom document, at most 500. Throws where it is none of them. */
export function feedEntries(text: string): readonly FeedEntry[] {
  const root = parser.parse(text) as Node;
  const [rss, rdf, atom] = [child(root, 'rss'), child(root, 'RDF'), child(root, 'feed')];
  if (rss === undefined && rdf === undefined && atom === undefined) throw new Error('it is no RSS and no Atom document: check the address');
  const nodes = atom !== undefined ? list(child(atom, 'entry')) : [...list(child(child(rss, 'channel'), 'item')), ...list(child(rdf, 'item'))];
  return nodes.slice(0, MOST_ENTRIES).map(entry).filter(({ title }) => title !== '');
}

function entry(node: Node): FeedEntry {
  const first = (...names: string[]): string => names.map((name) => textOf(child(node, name))).find((text) => text.trim() !== '') ?? '';
  return {
    title: plainText(first('title'), TITLE),
    summary: plainText(first('description', 'summary', 'encoded', 'content'), SUMMARY),
    url: address(linkOf(child(node, 'link')) || first('guid', 'id')),
    guid: plainText(first('guid', 'id'), URL_LENGTH) || null,
    publishedAt: time(first('pubDate', 'published', 'date', 'updated')),
  };
}

function linkOf(link: Node): string {
  const links = list(link);
  const alternate = links.find((each) => typeof each === 'object' && (child(each, '@rel') ?? 'alternate') === 'alternate');
  const chosen = alternate ?? links[0];
  return textOf(child(chosen, '@href')) || textOf(chosen);
}

/** http and https only: other schemes may run something where they are clicked. */
function address(text: string): string | null {
  const written = plainText(text, URL_LENGTH + 1).replaceAll(' ', '');
  const url = URL.canParse(written) ? new URL(written) : null;
  return url && /^https?:$/.test(url.protocol) && url.href.length <= URL_LENGTH ? url.href : null;
}

function time(text: string): number | null {
  const parsed = Date.parse(text.trim());
  return Number.isFinite(parsed) && parsed > 0 ? parsed : null;
}

const list = (node: Node): readonly Node[] => (node === undefined ? [] : Array.isArray(node) ? (node as readonly Node[]) : [node]);

const child = (node: Node, name: string): Node => {
  const one = Array.isArray(node) ? (node as readonly Node[])[0] : node;
  return typeof one === 'object' && Object.hasOwn(one, name) ? (one as { readonly [name: string]: Node })[name] : undefined;
};

/** All text below, attributes left out. */
function textOf(node: Node): string {
  if (node === undefined || typeof node === 'string') return node ?? '';
  if (Array.isArray(node)) return (node as readonly Node[]).map(textOf).join(' ');
  return Object.entries(node).flatMap(([name, each]) => (name.startsWith('@') ? [] : [textOf(each)])).join(' ');
}
