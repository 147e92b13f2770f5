import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AssetItem, AssetState } from '../../model/wire/trading.js';
import { PageQuery } from '../../storage/list.dto.js';
import { pageOf, type PageOf } from '../../storage/page-of.js';
import { Assets } from './assets.js';

@ApiTags('assets')
@Controller('api/assets')
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  @Get()
  @ApiOperation({ summary: 'Symbols that an agent of their own trades' })
  @ApiOkResponse({ description: '{items: [{symbol, agent_id, name, paused, interval, price, source, position, total_pnl, last_action}], next}' })
  async list(@Query() query: PageQuery): Promise<PageOf<AssetItem>> {
    return pageOf(await this.assets.list(), query, ({ agent_id: id }) => id);
  }

  @Get(':symbol/dashboard')
  @ApiOperation({ summary: 'An asset as /ws shows it; `/` in the symbol as %2F' })
  @ApiOkResponse({ description: '{asset, stats, chart, positions, feed, reflection, improvements, paused, interval, source, trading_state, reason, timestamp}' })
  @ApiNotFoundResponse({ description: 'It is no asset; the detail lists those that are' })
  dashboard(@Param('symbol') symbol: string): Promise<AssetState> {
    return this.assets.state(symbol);
  }
}
