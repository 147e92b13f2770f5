import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { requires } from '../../model/scope.js';
import { approvalOnWire, type Approval } from '../../trading/approvals/approval.js';
import { Approvals } from '../../trading/approvals/approvals.js';
import type { Principal } from '../auth/principal.js';
import { ApprovalAnswer, ApprovalsQuery } from './approvals.dto.js';
import { Caller } from './scope.guard.js';

const SHAPE = 'approval_update data; while it waits also drift (of the price from the one shown, a signed share, or null) and expires_in_s (market time)';

@ApiTags('trading')
@Controller('api/approvals')
export class ApprovalsController {
  constructor(private readonly approvals: Approvals, private readonly market: Market) {}

  @Get()
  @requires('approve')
  @ApiOperation({ summary: 'What waits for a person, and what did; newest first' })
  @ApiOkResponse({ description: `{items: [${SHAPE}], next}` })
  async list(@Query() { status, account, symbol, limit, cursor }: ApprovalsQuery): Promise<{ items: unknown[]; next: string | null }> {
    const filter = { status, accountId: account, symbol: symbol === undefined ? undefined : this.market.instrument(symbol).symbol };
    const found = await this.approvals.list(filter, limit + 1, cursor ?? null);
    const page = found.slice(0, limit);
    return { items: page.map((approval) => this.shown(approval)), next: found.length > limit ? page.at(-1)!.approvalId : null };
  }

  @Get(':id')
  @requires('approve')
  @ApiOperation({ summary: 'One approval' })
  @ApiOkResponse({ description: SHAPE })
  async one(@Param('id') id: string): Promise<Record<string, unknown>> {
    return this.shown(await this.approvals.find(id));
  }

  @Post(':id')
  @HttpCode(200)
  @requires('approve')
  @ApiOperation({
    summary: 'Approves, edits or rejects what was shown',
    description: 'An edit passes every risk gate at once, gets a new hash, and somebody must approve that. Refusals: HASH_MISMATCH, EXPIRED, PRICE_DRIFTED, STATE_FORBIDS, SAME_APPROVER, LIMIT_BROKEN (all 409).',
  })
  @ApiOkResponse({ description: SHAPE })
  async decide(@Param('id') id: string, @Body() { decision, hash, edits, note }: ApprovalAnswer, @Caller() { subject }: Principal): Promise<Record<string, unknown>> {
    return this.shown(await this.approvals.decide(id, { decision, hash, edits, note, subject }));
  }

  private shown(approval: Approval): Record<string, unknown> {
    if (approval.status !== 'waiting') return approvalOnWire(approval);
    return { ...approvalOnWire(approval), drift: this.approvals.drift(approval), expires_in_s: Math.max(0, (approval.expiresAt - this.approvals.now()) / 1000) };
  }
}
