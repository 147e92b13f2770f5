import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../../model/scope.js';
import type { ListedTrigger } from '../../model/wire/groups.js';
import { triggerShown } from './trigger-wire.js';
import { Triggers } from './triggers.js';
import { NewTriggerBody, TriggerPatch, TriggersQuery } from './triggers.dto.js';

type Wire = Record<string, unknown>;
const SHAPE = '{trigger_id, name, kind, config, enabled, connected (of external ones), connected_since, node, path (of webhooks), last_event_at, last_error, created_at}';
const ONCE = 'token (external) or secret (webhook)';

@ApiTags('groups')
@Controller('api/triggers')
export class TriggersController {
  constructor(private readonly triggers: Triggers) {}

  @Get()
  @ApiOperation({ summary: 'Triggers, newest first' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Query() { kind, limit, cursor }: TriggersQuery): Promise<{ items: readonly ListedTrigger[]; next: string | null }> {
    const found = await this.triggers.list({ kind, limit: limit + 1, before: cursor ?? null });
    const page = found.slice(0, limit);
    return { items: page.map(triggerShown), next: found.length > limit ? page.at(-1)!.trigger_id : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One trigger, by id or name' })
  @ApiOkResponse({ description: SHAPE })
  async one(@Param('id') id: string): Promise<ListedTrigger> {
    return triggerShown(await this.triggers.find(id));
  }

  @Post()
  @requires('trade')
  @ApiOperation({ summary: `Makes a trigger; ${ONCE} is shown this once`, description: 'What the kind does not allow: VALIDATION_ERROR (400) with paths below `config`. A name that is taken: IDEMPOTENCY_CONFLICT (409).' })
  @ApiCreatedResponse({ description: `${SHAPE}, with ${ONCE}` })
  async create(@Body() { name, kind, config, enabled }: NewTriggerBody): Promise<Wire> {
    const { row, ...credentials } = await this.triggers.create({ name, kind, config: config ?? {}, enabled: enabled ?? true });
    return { ...triggerShown(row), ...credentials };
  }

  @Patch(':id')
  @requires('trade')
  @ApiOperation({ summary: 'Changes name, configuration or whether it runs; its kind stays' })
  @ApiOkResponse({ description: SHAPE })
  async update(@Param('id') id: string, @Body() { name, config, enabled }: TriggerPatch): Promise<ListedTrigger> {
    return triggerShown(await this.triggers.update(id, { ...(name != null && { name }), ...(config != null && { config }), ...(enabled != null && { enabled }) }));
  }

  @Delete(':id')
  @HttpCode(204)
  @requires('trade')
  @ApiOperation({ summary: 'Deletes a trigger: its token dies at once. Its events stay' })
  @ApiNoContentResponse()
  remove(@Param('id') id: string): Promise<void> {
    return this.triggers.remove(id);
  }

  @Post(':id/token')
  @requires('trade')
  @ApiOperation({ summary: `A new ${ONCE}, shown this once; the old one dies at once`, description: 'Kinds that run in the server have neither: STATE_FORBIDS (409).' })
  @ApiCreatedResponse({ description: `{trigger_id, name, kind, ${ONCE}}` })
  async rotate(@Param('id') id: string): Promise<Wire> {
    const { row: { trigger_id, name, kind }, ...credentials } = await this.triggers.rotate(id);
    return { trigger_id, name, kind, ...credentials };
  }
}
