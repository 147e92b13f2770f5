import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { CodedError } from '../../model/codes.js';
import { instrumentKey } from '../../model/instrument.js';
import type { NewsItem } from '../../model/news-item.js';
import type { Place } from '../tail.js';
import { NewsQuery } from './news.dto.js';
import { News } from './news.js';

@ApiTags('news')
@Controller('api/news')
export class NewsController {
  constructor(private readonly news: News, @Inject(CONFIG) private readonly config: Config) {}

  @Get()
  @ApiOperation({ summary: 'News of the feeds and triggers, newest first, or the most similar to a text' })
  @ApiOkResponse({ description: '{items: [{id, title, summary, source, url, published_at, symbols}], next}' })
  async list(@Query() { symbol, text, limit, cursor }: NewsQuery): Promise<{ items: unknown[]; next: string | null }> {
    const of = symbol === undefined ? null : this.symbolOf(symbol);
    if (text !== undefined) {
      const found = await this.news.about({ symbol: of ?? undefined, asOf: Date.now(), maxAgeMs: Number.MAX_SAFE_INTEGER, limit, text });
      return { items: found.map(onWire), next: null };
    }
    const items = await this.news.page(limit + 1, cursor === undefined ? null : placeOf(cursor), of);
    const page = items.slice(0, limit);
    return { items: page.map(onWire), next: items.length > limit ? cursorOf(page.at(-1)!) : null };
  }

  private symbolOf(text: string): string {
    const found = this.config.instruments.find(({ symbol }) => instrumentKey(symbol) === instrumentKey(text));
    if (!found) throw new CodedError('UNKNOWN_SYMBOL', `No feed knows ${text}: GET /api/symbols lists what is known`);
    return found.symbol;
  }
}

const onWire = ({ publishedAt, ...item }: NewsItem): Record<string, unknown> => ({ ...item, published_at: new Date(publishedAt).toISOString() });

const cursorOf = ({ publishedAt, id }: NewsItem): string => Buffer.from(`${publishedAt} ${id}`).toString('base64url');

function placeOf(cursor: string): Place {
  const [at, id] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (id && /^-?\d{1,16}$/.test(at ?? '')) return { at: Number(at), id };
  throw new CodedError('VALIDATION_ERROR', 'cursor: use the `next` of the page before', [{ path: 'cursor', message: 'must be the `next` of the page before' }]);
}
