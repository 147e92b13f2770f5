import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '../../model/codes.js';
import { requires } from '../../model/scope.js';
import { PageQuery } from '../../storage/list.dto.js';
import { pageOf, type PageOf } from '../../storage/page-of.js';
import { AnalystTokens } from './analyst-tokens.js';
import { domainOf } from './remote-analyst.js';
import { NewAnalystBody } from './remote.dto.js';
import { Revocations } from './revocations.js';

@ApiTags('analysts')
@Controller('api/analyst-tokens')
export class AnalystTokensController {
  constructor(private readonly tokens: AnalystTokens, private readonly revocations: Revocations) {}

  @Get()
  @requires('admin')
  @ApiOperation({ summary: 'Tokens of remote analysts; never the tokens themselves' })
  @ApiOkResponse({ description: '{items: [{agent_id, name, owner, weight, fault_domain, created_at}], next}' })
  async list(@Query() query: PageQuery): Promise<PageOf<unknown>> {
    const { items, next } = pageOf(await this.tokens.list(), query, ({ agent_id: agentId }) => agentId);
    const shown = items.map(({ agent_id: agentId, name, owner, weight, created_at: createdAt }) => ({
      agent_id: agentId, name, owner, weight, fault_domain: domainOf(owner), created_at: new Date(createdAt).toISOString(),
    }));
    return { items: shown, next };
  }

  @Post()
  @requires('admin')
  @ApiOperation({ summary: 'A token for a remote analyst, shown this once' })
  @ApiCreatedResponse({ description: '{agent_id, name, owner, weight, fault_domain, token}' })
  async create(@Body() { name, owner, weight }: NewAnalystBody): Promise<Record<string, unknown>> {
    if (weight > 0 && weight < 0.001) throw new CodedError('VALIDATION_ERROR', 'weight: must be 0 (on trial) or 0.001 to 1000', [{ path: 'weight', message: 'must be 0 (on trial) or 0.001 to 1000' }]);
    const { identity, token } = await this.tokens.create({ name: name.trim(), owner: owner.trim(), weight });
    return { agent_id: identity.agentId, name: identity.name, owner: identity.owner, weight: identity.weight, fault_domain: domainOf(identity.owner), token };
  }

  @Delete(':agent_id')
  @HttpCode(204)
  @requires('admin')
  @ApiOperation({ summary: 'Revokes a token; its connection ends at once, on every node' })
  @ApiNoContentResponse()
  async revoke(@Param('agent_id') agentId: string): Promise<void> {
    if (!(await this.tokens.revoke(agentId))) throw new CodedError('NOT_FOUND', `There is no token of ${agentId.slice(0, 64)}`);
    this.revocations.tell(agentId);
  }
}
