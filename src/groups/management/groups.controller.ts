import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { requires } from '../../model/scope.js';
import type { ListedGroup } from '../../model/wire/groups.js';
import { GroupReads } from './group-reads.js';
import { Groups } from './groups.js';
import { GroupPatch, GroupsQuery, NewGroupBody, TestEventBody } from './groups.dto.js';
import { invalid } from './refusals.js';
import { TestEvents } from './test-events.js';
import { newMember } from './wire-in.js';

type Wire = Record<string, unknown>;
const SHAPE = '{group_id, group_name, name, market, symbol, interval, leverage, margin_usd, position_mode, account_id, members: [{member_id, name, role, provider, model, system_prompt}], '
  + 'complete, missing (roles that a discussion needs), has_token, connected, connected_since, node, backlog (events that it has not settled), created_at, updated_at}';

@ApiTags('groups')
@Controller('api/groups')
export class GroupsController {
  constructor(private readonly groups: Groups, private readonly reads: GroupReads, private readonly tests: TestEvents, private readonly market: Market) {}

  @Get()
  @ApiOperation({ summary: 'Trading groups, newest first' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Query() { symbol, limit, cursor }: GroupsQuery): Promise<{ items: readonly ListedGroup[]; next: string | null }> {
    const found = await this.reads.list({ symbol: symbol === undefined ? undefined : this.market.instrument(symbol).symbol, limit: limit + 1, before: cursor ?? null });
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? String(items.at(-1)!['group_id']) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One group, by id or name' })
  @ApiOkResponse({ description: `${SHAPE}, with last_decision_at` })
  one(@Param('id') id: string): Promise<ListedGroup> {
    return this.reads.one(id);
  }

  @Post()
  @requires('trade')
  @ApiOperation({ summary: 'Makes a group; its token is shown this once', description: 'Refusals: UNKNOWN_SYMBOL (404), VALIDATION_ERROR (400), IDEMPOTENCY_CONFLICT (409) where the name is taken, STATE_FORBIDS (409) where nothing is traded.' })
  @ApiCreatedResponse({ description: `${SHAPE}, with token` })
  async create(@Body() body: NewGroupBody): Promise<ListedGroup & { readonly token: string }> {
    if (body.account && body.account_id != null) throw invalid('account', 'and account_id exclude each other: name an account, or say what the new one is like');
    const { row, token } = await this.groups.create({
      ...settings(body), name: body.name, symbol: body.symbol, members: body.members?.map(newMember),
      account: body.account && { mode: body.account.mode, currency: body.account.currency, balance: body.account.balance, maxLeverage: body.account.max_leverage },
    });
    return { ...await this.reads.one(row.group_id), token };
  }

  @Patch(':id')
  @requires('trade')
  @ApiOperation({ summary: 'Changes a group; it is told by a config_update event', description: 'STATE_FORBIDS (409) where account or position mode would change under an open position of its symbol.' })
  @ApiOkResponse({ description: SHAPE })
  async update(@Param('id') id: string, @Body() body: GroupPatch): Promise<ListedGroup> {
    const { row } = await this.groups.update(id, settings(body));
    return this.reads.one(row.group_id);
  }

  @Delete(':id')
  @HttpCode(200)
  @requires('trade')
  @ApiOperation({ summary: 'Deletes a group: its token dies at once. Its account stays, with what is open there' })
  @ApiOkResponse({ description: '{group_id, name, deleted, account_id, open_positions: [{symbol, leg, side, quantity, entry_price}], note}' })
  async remove(@Param('id') id: string): Promise<Wire> {
    const { row, open } = await this.groups.remove(id);
    const { group_id, name, account_id } = row;
    const note = open.length === 0 ? `The account ${account_id} stays, without a position` : `The account ${account_id} stays with ${open.length} open position${open.length === 1 ? '' : 's'}: nobody closes what the group has opened there but you`;
    return { group_id, name, deleted: true, account_id, open_positions: open.map((each) => ({ ...each, quantity: Number(each.quantity), entry_price: Number(each.entry_price) })), note };
  }

  @Post(':id/token')
  @requires('trade')
  @ApiOperation({ summary: 'A new token, shown this once; the old one dies at once, on every node' })
  @ApiCreatedResponse({ description: '{group_id, name, token}' })
  async rotate(@Param('id') id: string): Promise<Wire> {
    const { row: { group_id, name }, token } = await this.groups.rotate(id);
    return { group_id, name, token };
  }

  @Delete(':id/token')
  @HttpCode(204)
  @requires('trade')
  @ApiOperation({ summary: 'Revokes the token: nobody connects as this group until there is a new one' })
  @ApiNoContentResponse()
  revoke(@Param('id') id: string): Promise<void> {
    return this.groups.revoke(id);
  }

  @Post(':id/test-event')
  @requires('trade')
  @ApiOperation({ summary: 'Sends the group an event that is made up around the current price, tagged `test`' })
  @ApiCreatedResponse({ description: '{event_id, dispatched_clients}' })
  async test(@Param('id') id: string, @Body() { preset, priority }: TestEventBody): Promise<Wire> {
    const { event, dispatched } = await this.tests.send(id, preset, priority);
    return { event_id: event.eventId, dispatched_clients: dispatched };
  }
}

/** null is as good as absent. */
const settings = (body: GroupPatch) => ({
  name: body.name ?? undefined, symbol: body.symbol ?? undefined, market: body.market ?? undefined, interval: body.interval ?? undefined, leverage: body.leverage ?? undefined,
  marginUsd: body.margin_usd ?? undefined, positionMode: body.position_mode ?? undefined, accountId: body.account_id ?? undefined,
});
