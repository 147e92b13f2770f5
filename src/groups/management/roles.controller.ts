import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../../model/scope.js';
import type { GroupRole } from '../../model/wire/groups.js';
import { PageQuery } from '../../storage/list.dto.js';
import { pageOf, type PageOf } from '../../storage/page-of.js';
import { RoleBody, RolePatch } from './groups.dto.js';
import { Roles, type ListedRole } from './roles.js';

const SHAPE = '{role, title, prompt, built_in, created_at}';

@ApiTags('groups')
@Controller('api/roles')
export class RolesController {
  constructor(private readonly roles: Roles) {}

  @Get()
  @ApiOperation({ summary: 'Roles that members of groups may have: the built-in ones first, then custom ones' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Query() query: PageQuery): Promise<PageOf<GroupRole>> {
    const { items, next } = pageOf(await this.roles.list(), query, ({ role }) => role);
    return { items: items.map(shown), next };
  }

  @Get(':role')
  @ApiOperation({ summary: 'One role' })
  @ApiOkResponse({ description: SHAPE })
  async one(@Param('role') role: string): Promise<GroupRole> {
    return shown(await this.roles.find(role));
  }

  @Post()
  @requires('trade')
  @ApiOperation({ summary: 'Makes a role', description: 'A name that is taken: IDEMPOTENCY_CONFLICT (409).' })
  @ApiCreatedResponse({ description: SHAPE })
  async create(@Body() body: RoleBody): Promise<GroupRole> {
    return shown(await this.roles.create(body));
  }

  @Patch(':role')
  @requires('trade')
  @ApiOperation({ summary: 'Changes a custom role; groups with members in it are told', description: 'Built-in roles: FORBIDDEN (403).' })
  @ApiOkResponse({ description: SHAPE })
  async update(@Param('role') role: string, @Body() { title, prompt }: RolePatch): Promise<GroupRole> {
    return shown(await this.roles.update(role, { ...(title != null && { title }), ...(prompt != null && { prompt }) }));
  }

  @Delete(':role')
  @HttpCode(204)
  @requires('trade')
  @ApiOperation({ summary: 'Deletes a custom role', description: 'Built-in roles: FORBIDDEN (403). One that members have: STATE_FORBIDS (409).' })
  @ApiNoContentResponse()
  remove(@Param('role') role: string): Promise<void> {
    return this.roles.remove(role);
  }
}

const shown = ({ role, title, prompt, builtIn, createdAt }: ListedRole): GroupRole =>
  ({ role, title, prompt, built_in: builtIn, created_at: createdAt === null ? null : new Date(createdAt).toISOString() });
