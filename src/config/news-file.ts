import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NewsConfig, NewsFeedConfig } from './config.js';
import type { Findings } from './findings.js';
import { yamlFile } from './yaml-file.js';

export const NEWS_FILE = 'config/news.yaml';
const EXAMPLE = '{name: wire, url: "https://example.com/feed.xml"}';
const [EVERY_S, MAX_AGE_H] = [300, 72];

/** `config/news.yaml`; without it, no feed is read. */
export function newsFile(root: string, findings: Findings): NewsConfig {
  const file = existsSync(join(root, NEWS_FILE)) ? yamlFile(root, NEWS_FILE, findings) : null;
  const feeds: NewsFeedConfig[] = [];
  for (const fields of (file?.list('feeds')?.length ?? 0) > 0 ? file!.objects('feeds', EXAMPLE) : []) {
    const name = fields.text('name');
    const url = fields.text('url');
    if (url !== undefined && !/^https?:\/\//.test(url)) fields.problem('url', 'must begin with http:// or https://');
    if (feeds.some((feed) => feed.name === name)) fields.problem('name', `${name} is taken: give each feed a name of its own`);
    const symbols = fields.has('symbols') ? (fields.list('symbols') ?? []).map(String) : [];
    fields.noOthers();
    if (name !== undefined && url !== undefined) feeds.push({ name, url, symbols });
  }
  const everyS = file?.has('every_seconds') ? file.number('every_seconds', '0.1 to 86400', (value) => value >= 0.1 && value <= 86_400) : EVERY_S;
  const maxAgeH = file?.has('max_age_hours') ? file.number('max_age_hours', '0.1 to 8760', (value) => value >= 0.1 && value <= 8760) : MAX_AGE_H;
  file?.noOthers();
  return { feeds, everyMs: (everyS ?? EVERY_S) * 1000, maxAgeMs: (maxAgeH ?? MAX_AGE_H) * 3_600_000 };
}
