import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Market } from '../../market/market.js';
import { requires } from '../../model/scope.js';
import { Runs } from '../../signals/runs.js';
import type { Principal } from '../auth/principal.js';
import { AnalyzeCommand } from '../commands/commands.dto.js';
import { AnalyzeLimitGuard } from './analyze-limit.guard.js';
import { Caller } from './scope.guard.js';

@ApiTags('signals')
@Controller('api/analyze')
export class AnalyzeController {
  constructor(private readonly market: Market, private readonly runs: Runs) {}

  @Post()
  @HttpCode(202)
  @requires('analyze')
  @UseGuards(AnalyzeLimitGuard)
  @ApiOperation({ summary: 'Asks the panel about a symbol, or joins the run under way' })
  @ApiAcceptedResponse({ description: '{run_id, symbol, depth, shared}; its votes and its signal go to the room symbol:<symbol>' })
  async analyze(@Body() { symbol, depth }: AnalyzeCommand, @Caller() { subject }: Principal): Promise<Record<string, unknown>> {
    const instrument = this.market.instrument(symbol);
    const { runId, shared } = await this.runs.request(instrument.symbol, depth, { kind: 'request', subject }).stored;
    return { run_id: runId, symbol: instrument.symbol, depth, shared };
  }
}
