import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { explain } from '../consensus/explain.js';
import { CostLedger } from '../journal/costs.js';
import { RunInputs } from '../journal/run-inputs.js';
import { Situations } from '../knowledge/situations.js';
import { Market } from '../market/market.js';
import { CodedError } from '../model/codes.js';
import type { SignalsTable } from '../storage/schema.js';
import { SignalExplanation } from './explained.dto.js';
import { explainOnWire } from './explain-on-wire.js';
import { outcomeOnWire } from './outcomes/outcome-on-wire.js';
import { opinionsOf, type SignalBody } from './opinion-record.js';
import { recordedDecision } from './recorded-decision.js';
import { SignalStore, type SignalCursor } from './signal-store.js';
import { SignalsQuery } from './signals.dto.js';

@ApiTags('signals')
@Controller('api/signals')
export class SignalsController {
  constructor(
    private readonly store: SignalStore,
    private readonly market: Market,
    private readonly situations: Situations,
    private readonly inputs: RunInputs,
    private readonly costs: CostLedger,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Signals, newest first' })
  @ApiOkResponse({ description: '{items: [signal_update data], next}' })
  async list(@Query() query: SignalsQuery): Promise<{ items: unknown[]; next: string | null }> {
    const { action, limit } = query;
    const filter = { symbol: query.symbol && this.market.instrument(query.symbol).symbol, action, from: time(query.from), to: time(query.to) };
    const rows = await this.store.list(filter, limit + 1, query.cursor === undefined ? null : readCursor(query.cursor));
    const page = rows.slice(0, limit);
    return { items: page.map(({ body }) => JSON.parse(body) as unknown), next: rows.length > limit ? cursorOf(page.at(-1)!) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One signal with its opinions, the view that they were about, its status and outcome' })
  @ApiOkResponse({ description: 'signal_update data with {status: active|superseded|expired, superseded_at, opinions, view, outcome, costs: {calls, prompt_tokens, completion_tokens, total_tokens, usd} of its run}; '
    + 'what its models were asked and said: /api/ai-logs?run_id=; what the run was built from: /api/runs/{run_id}/inputs' })
  async one(@Param('id') id: string): Promise<Record<string, unknown>> {
    const row = await this.store.find(id);
    if (!row) throw new CodedError('NOT_FOUND', `There is no signal ${id.slice(0, 64)}`);
    const [supersededAt, situation, costs] = await Promise.all([this.store.supersededAt(row), this.situations.find(id), this.costs.ofRun(row.run_id)]);
    const body = JSON.parse(row.body) as SignalBody;
    return {
      ...body,
      status: this.status(row, supersededAt),
      superseded_at: supersededAt === null ? null : new Date(supersededAt).toISOString(),
      opinions: opinionsOf(body, row.opinions),
      view: JSON.parse(row.view) as unknown,
      costs,
      outcome: situation ? outcomeOnWire(situation) : null, // signals of an earlier version were not followed
    };
  }

  @Get(':id/explain')
  @ApiOperation({ summary: 'Why a signal is what it is: who counted, the verdict without each analyst and each fault domain, and the smallest change of votes that makes another action' })
  @ApiOkResponse({ type: SignalExplanation })
  @ApiNotFoundResponse({ description: 'NOT_FOUND: no such signal' })
  async explained(@Param('id') id: string): Promise<Record<string, unknown>> {
    const row = await this.store.find(id);
    if (!row) throw new CodedError('NOT_FOUND', `There is no signal ${id.slice(0, 64)}`);
    const body = JSON.parse(row.body) as SignalBody;
    const kept = body.agents_consensus.min_confidence === undefined ? await this.inputs.find(row.run_id) : null;
    const recorded = recordedDecision(body, row.opinions, kept && !kept.swept ? kept.inputs.rules : null);
    const explanation = recorded && explain(recorded.ballots, recorded.rules);
    if (!recorded || !explanation) throw new Error(`signal ${row.signal_id}: its stored votes do not come to what it says`);
    return explainOnWire(body, recorded, explanation);
  }

  private status(row: SignalsTable, supersededAt: number | null): 'active' | 'superseded' | 'expired' {
    if (supersededAt !== null && supersededAt < row.valid_until) return 'superseded';
    return this.market.now() >= row.valid_until ? 'expired' : 'active';
  }
}

const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

const cursorOf = ({ timestamp, signal_id: signalId }: SignalsTable): string => Buffer.from(`${timestamp} ${signalId}`).toString('base64url');

function readCursor(text: string): SignalCursor {
  const [timestamp, signalId] = Buffer.from(text, 'base64url').toString().split(' ');
  if (signalId && /^-?\d+$/.test(timestamp ?? '')) return { timestamp: Number(timestamp), signalId };
  throw new CodedError('VALIDATION_ERROR', 'cursor: use the `next` of the page before', [{ path: 'cursor', message: 'must be the `next` of the page before' }]);
}
