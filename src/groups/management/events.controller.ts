import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ListedEvent } from '../../model/wire/groups.js';
import { validate as isUuid } from 'uuid';
import { GroupStore } from '../group-store.js';
import { EventReads, type DeliveredEvent } from './event-reads.js';
import { notFound } from './refusals.js';
import { EventPath, EventsQuery } from './triggers.dto.js';

const SHAPE = '{id, event_type, source_id, origin (trigger, group or server), origin_id, priority, targets, title, payload, tags, condition, correlation_id, created_at}';

@ApiTags('groups')
@Controller('api/events')
export class EventsController {
  constructor(private readonly events: EventReads, private readonly groups: GroupStore) {}

  @Get()
  @ApiOperation({ summary: 'Events of triggers, groups and the server, newest first' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Query() { source, type, group, correlation_id: correlationId, limit, cursor }: EventsQuery): Promise<{ items: readonly ListedEvent[]; next: string | null }> {
    const found = await this.events.list({ source, type, groupId: await this.groupId(group), correlationId, limit: limit + 1, before: cursor ?? null });
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? String(items.at(-1)!['id']) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One event, with its deliveries' })
  @ApiOkResponse({ description: `${SHAPE}, with deliveries: [{group_id, group_name, priority, settled_at}]` })
  one(@Param() { id }: EventPath): Promise<DeliveredEvent> {
    return this.events.one(id);
  }

  private async groupId(group: string | undefined): Promise<string | undefined> {
    if (group === undefined) return undefined;
    const row = await this.groups.row(group);
    if (!row && isUuid(group)) return group; // one that was deleted has events
    if (!row) throw notFound('group', group, 'GET /api/groups lists them');
    return row.group_id;
  }
}
