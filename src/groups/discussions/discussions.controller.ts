import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import type { GroupDiscussion } from '../../model/wire/groups.js';
import { GroupStore } from '../group-store.js';
import { DiscussionsQuery } from '../history.dto.js';
import { DiscussionReads } from './discussion-reads.js';

@ApiTags('groups')
@Controller('api/groups/:id/discussions')
export class DiscussionsController {
  constructor(private readonly groups: GroupStore, private readonly reads: DiscussionReads, private readonly market: Market) {}

  @Get()
  @ApiOperation({ summary: 'What a group has discussed, with the event it was about and what came of it, newest first' })
  @ApiOkResponse({ description: '{items: [{discussion_id, group_id, correlation_id, event: {id, title, source_id}, symbol, message, level, member_opinions, decision, orders: [{decision_id, order_id, side, quantity, filled_quantity, average_price, status, gate}], outcome: {pnl, outcome_return, closed_at}, lesson_id, timestamp}], next}' })
  async list(@Param('id') id: string, @Query() { symbol, correlation_id: correlationId, limit, cursor }: DiscussionsQuery): Promise<{ items: readonly GroupDiscussion[]; next: string | null }> {
    const group = await this.groups.row(id);
    if (!group) throw new CodedError('NOT_FOUND', `There is no group ${id.slice(0, 64)}: GET /api/groups lists them`);
    const filter = { symbol: symbol && this.market.instrument(symbol).symbol, correlationId };
    const found = await this.reads.page(group.group_id, filter, limit, cursor ?? null);
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? items.at(-1)!.discussion_id : null };
  }
}
