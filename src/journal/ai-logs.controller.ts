import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { CodedError } from '../model/codes.js';
import { instrumentKey } from '../model/instrument.js';
import type { ModelCallsTable } from '../storage/schema.js';
import { AiLogsFilter, AiLogsQuery } from './ai-logs.dto.js';
import { exportCsv, exportJson } from './export.js';
import { modelLogItem } from './model-log-item.js';
import { ModelLogs, type ModelLogFilter } from './model-logs.js';

@ApiTags('decision log')
@Controller('api/ai-logs')
export class AiLogsController {
  constructor(private readonly logs: ModelLogs, @Inject(CONFIG) private readonly config: Config) {}

  @Get()
  @ApiOperation({
    summary: 'Calls of language models, newest first',
    description: 'A page ends early where calls are long or a searched text is rare: with `next` set there are more, however few the items',
  })
  @ApiOkResponse({
    description: '{items: [{call_id, run_id, symbol, agent, step, round, attempt, retries, endpoint, model, model_returned, mode, prompt, params, messages, reply, '
      + 'outcome, error, opinion, requester, as_of, started_at, latency_ms, tokens: {prompt, completion, total}, usd, view: {run_id, as_of}, request_hash}], next}',
  })
  async list(@Query() query: AiLogsQuery): Promise<{ items: unknown[]; next: string | null }> {
    const { rows, next } = await this.logs.page(this.filter(query), query.limit, query.cursor ?? null);
    return { items: rows.map(modelLogItem), next };
  }

  @Get('export/json')
  @ApiOperation({ summary: 'All calls that fit as a file, newest first, streamed: a JSON array of what the list shows' })
  @ApiProduces('application/json')
  async json(@Query() query: AiLogsFilter, @Res() response: ServerResponse): Promise<void> {
    await this.stream(query, exportJson, { type: 'application/json; charset=utf-8', ending: 'json' }, response);
  }

  @Get('export/csv')
  @ApiOperation({
    summary: 'All calls that fit as a file, newest first, streamed: RFC 4180 with a heading',
    description: 'Text that a spreadsheet would take for a formula (it begins with = + - @ tab or CR, also after blanks) has \' before it; numbers stay numbers. '
      + 'Text beyond 32,000 characters does not fit a spreadsheet\'s cell: it is cut and says so',
  })
  @ApiProduces('text/csv')
  async csv(@Query() query: AiLogsFilter, @Res() response: ServerResponse): Promise<void> {
    await this.stream(query, exportCsv, { type: 'text/csv; charset=utf-8; header=present', ending: 'csv' }, response);
  }

  @Get(':call_id')
  @ApiOperation({ summary: 'One call' })
  @ApiOkResponse({ description: 'As in the list; the market view is in `GET /api/runs/:run_id/inputs`' })
  async one(@Param('call_id') callId: string): Promise<Record<string, unknown>> {
    const row = await this.logs.find(callId);
    if (!row) throw new CodedError('NOT_FOUND', `There is no call ${callId.slice(0, 64)}`);
    return modelLogItem(row);
  }

  /** Reads on at the pace of the client, and stops when it goes away. */
  private async stream(
    query: AiLogsFilter,
    encode: (parts: AsyncIterable<readonly ModelCallsTable[]>) => AsyncIterable<string>,
    { type, ending }: { readonly type: string; readonly ending: string },
    response: ServerResponse,
  ): Promise<void> {
    const parts = this.logs.parts(this.filter(query));
    const first = await parts.next(); // a database that is away is still answered with a problem
    response.setHeader('Content-Type', type);
    response.setHeader('Content-Disposition', `attachment; filename="ai-logs-${new Date().toISOString().replace(/[:.]/g, '-')}.${ending}"`);
    response.setHeader('Cache-Control', 'no-store');
    try {
      await pipeline(Readable.from(encode(after(first, parts)), { highWaterMark: 1 }), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }

  private filter({ symbol, asset, agent, run_id: runId, outcome, model, from, to, q }: AiLogsFilter): ModelLogFilter {
    return { symbol: this.oneSpelling(symbol ?? asset), agent, runId, outcome, model, from: time(from), to: time(to), q };
  }

  /** A symbol that is configured no more may still be in the log. */
  private oneSpelling(symbol: string | undefined): string | undefined {
    if (symbol === undefined) return undefined;
    const key = instrumentKey(symbol);
    return this.config.instruments.find((each) => instrumentKey(each.symbol) === key)?.symbol ?? symbol.toUpperCase();
  }
}

const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

async function* after<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  if (first.done) return;
  try {
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
