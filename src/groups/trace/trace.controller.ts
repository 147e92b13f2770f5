import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '../../model/codes.js';
import type { Trace } from './trace.js';
import { Traces } from './traces.js';

const LONGEST = 128;

@ApiTags('groups')
@Controller('api/trace')
export class TraceController {
  constructor(private readonly traces: Traces) {}

  @Get(':correlation_id')
  @ApiOperation({ summary: 'All that one correlation id links: event, discussion, decisions, orders, fills, closed trades, lessons; also what follows a signal, by its id' })
  @ApiOkResponse({ description: '{correlation_id, events, discussions, decisions, orders, fills, trades, lessons, timeline: [{at, kind, id, text}]}, each oldest first; all empty for a signal of which nothing has come' })
  async trace(@Param('correlation_id') id: string): Promise<Trace> {
    if (id.length > LONGEST) throw new CodedError('VALIDATION_ERROR', `correlation_id: has 1 to ${LONGEST} characters`, [{ path: 'correlation_id', message: `has 1 to ${LONGEST} characters` }]);
    const found = id.includes('\0') ? null : await this.traces.find(id);
    if (!found) throw new CodedError('NOT_FOUND', `Nothing has the correlation id ${id.slice(0, 64)}`);
    return found;
  }
}
