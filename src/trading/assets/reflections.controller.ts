import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { CodedError } from '../../model/codes.js';
import type { ReflectionsTable } from '../../storage/trading-schema.js';
import { ReflectionStore, type ReflectionCursor } from '../agents/reflection-store.js';
import { reflectionOnWire } from '../agents/reflection-wire.js';
import { ReflectionsQuery } from './assets.dto.js';

@ApiTags('assets')
@Controller('api/reflections')
export class ReflectionsController {
  constructor(private readonly store: ReflectionStore, private readonly market: Market) {}

  @Get()
  @ApiOperation({ summary: 'What was thought, what happened and what to change, of closed trades, newest first' })
  @ApiOkResponse({ description: '{items: [{reflection_id, account_id, agent_id, symbol, trade_id, source, thought, happened, change, outcome_return, timestamp}], next}' })
  async list(@Query() { account, symbol, limit, cursor }: ReflectionsQuery): Promise<{ items: unknown[]; next: string | null }> {
    const filter = { accountId: account, symbol: symbol && this.market.instrument(symbol).symbol };
    const rows = await this.store.list(filter, limit + 1, cursor === undefined ? null : readCursor(cursor));
    const page = rows.slice(0, limit);
    return { items: page.map(reflectionOnWire), next: rows.length > limit ? cursorOf(page.at(-1)!) : null };
  }
}

const cursorOf = ({ at, reflection_id: id }: ReflectionsTable): string => Buffer.from(`${at} ${id}`).toString('base64url');

function readCursor(text: string): ReflectionCursor {
  const [at, id] = Buffer.from(text, 'base64url').toString().split(' ');
  if (id && /^-?\d+$/.test(at ?? '')) return { at: Number(at), id };
  throw new CodedError('VALIDATION_ERROR', 'cursor: use the `next` of the page before', [{ path: 'cursor', message: 'must be the `next` of the page before' }]);
}
