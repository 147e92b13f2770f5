import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../../model/scope.js';
import type { ListedMember } from '../../model/wire/groups.js';
import { PageQuery } from '../../storage/list.dto.js';
import { pageOf, type PageOf } from '../../storage/page-of.js';
import { GroupReads } from './group-reads.js';
import { MemberBody, MemberPatch } from './groups.dto.js';
import { Members } from './members.js';
import { memberChange, newMember } from './wire-in.js';

const SHAPE = '{member_id, name, role, provider, model, system_prompt (the one that counts), own_prompt (it is the member\'s, not the role\'s), created_at}';

@ApiTags('groups')
@Controller('api/groups/:id/members')
export class MembersController {
  constructor(private readonly members: Members, private readonly reads: GroupReads) {}

  @Get()
  @ApiOperation({ summary: 'Members of a group, oldest first' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Param('id') id: string, @Query() query: PageQuery): Promise<PageOf<ListedMember>> {
    return pageOf(await this.reads.members(id), query, ({ member_id: member }) => String(member));
  }

  @Post()
  @requires('trade')
  @ApiOperation({ summary: 'Adds a member; the group is told', description: 'A second group_leader: VALIDATION_ERROR (400). A name that is taken: IDEMPOTENCY_CONFLICT (409).' })
  @ApiCreatedResponse({ description: SHAPE })
  async add(@Param('id') id: string, @Body() body: MemberBody): Promise<ListedMember> {
    return this.reads.member(await this.members.add(id, newMember(body)));
  }

  @Patch(':member_id')
  @requires('trade')
  @ApiOperation({ summary: 'Changes a member, by id or name; the group is told. null gives up provider, model or the prompt of its own' })
  @ApiOkResponse({ description: SHAPE })
  async update(@Param('id') id: string, @Param('member_id') member: string, @Body() body: MemberPatch): Promise<ListedMember> {
    return this.reads.member(await this.members.update(id, member, memberChange(body)));
  }

  @Delete(':member_id')
  @HttpCode(204)
  @requires('trade')
  @ApiOperation({ summary: 'Removes a member; the group is told' })
  @ApiNoContentResponse()
  remove(@Param('id') id: string, @Param('member_id') member: string): Promise<void> {
    return this.members.remove(id, member);
  }
}
