import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import type { GroupLesson } from '../../model/wire/groups.js';
import { groupOf, type Group } from '../group.js';
import { GroupStore } from '../group-store.js';
import { RowPageQuery } from '../../storage/list.dto.js';
import { ExperiencesQuery } from '../history.dto.js';
import { LessonStore } from './lesson-store.js';
import { lessonOnWire } from './lesson-wire.js';
import { Recall, type RecalledOnWire } from './recall.js';

const ITEM = '{lesson_id, group_id, correlation_id, discussion_id, trade_id, symbol, position_side, side, lesson, source, outcome_return, pnl, embedding, timestamp}';

@ApiTags('groups')
@Controller('api')
export class LessonsController {
  constructor(private readonly groups: GroupStore, private readonly store: LessonStore, private readonly recall: Recall, private readonly market: Market) {}

  @Get('groups/:id/lessons')
  @ApiOperation({ summary: 'What a group has learnt of its closed trades, newest first' })
  @ApiOkResponse({ description: `{items: [${ITEM}], next}` })
  async list(@Param('id') id: string, @Query() { limit, cursor }: RowPageQuery): Promise<{ items: readonly GroupLesson[]; next: string | null }> {
    const { groupId } = await this.group(id);
    const rows = await this.store.page(groupId, limit + 1, cursor ?? null);
    const items = rows.slice(0, limit).map(lessonOnWire);
    return { items, next: rows.length > limit ? items.at(-1)!.lesson_id : null };
  }

  @Get('groups/:id/experiences')
  @ApiOperation({ summary: 'What the group would be given with an event about the symbol and the text, as the market is now, the most alike first' })
  @ApiOkResponse({ description: '{items: [{id, lesson, outcome_return, symbol, likeness, by}]}, at most three; by: `meaning`, `words` or `market`, what was compared besides the market' })
  async experiences(@Param('id') id: string, @Query() { symbol, text }: ExperiencesQuery): Promise<{ items: readonly RecalledOnWire[] }> {
    const group = await this.group(id);
    const asked = symbol === undefined ? group.symbol : this.market.instrument(symbol).symbol;
    return { items: await this.recall.experiences(group, asked, text ?? '') };
  }

  @Get('lessons/:id')
  @ApiOperation({ summary: 'One lesson, with the words and the situation that it is found by' })
  @ApiOkResponse({ description: `${ITEM.slice(0, -1)}, text, situation: {version, interval, source, values}}` })
  async one(@Param('id') id: string): Promise<GroupLesson & { readonly text: string; readonly situation: unknown }> {
    const row = await this.store.find(id);
    if (!row) throw new CodedError('NOT_FOUND', `There is no lesson ${id.slice(0, 64)}`);
    return { ...lessonOnWire(row), text: row.text, situation: row.situation === null ? null : JSON.parse(row.situation) as unknown };
  }

  private async group(id: string): Promise<Group> {
    const row = await this.groups.row(id);
    if (!row) throw new CodedError('NOT_FOUND', `There is no group ${id.slice(0, 64)}: GET /api/groups lists them`);
    return groupOf(row);
  }
}
