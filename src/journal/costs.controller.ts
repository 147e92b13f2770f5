import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '../model/codes.js';
import { CostLedger } from './costs.js';
import { bucketsBetween, MOST_BUCKETS } from './cost-series.js';
import { CostsQuery } from './costs.dto.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 366;

@ApiTags('decision log')
@Controller('api/costs')
export class CostsController {
  constructor(private readonly ledger: CostLedger) {}

  @Get()
  @ApiOperation({ summary: 'What language models cost: today against the limits, and sums over a range of at most 366 days' })
  @ApiOkResponse({
    description: '{today: {date, day: {spent, limit, left}, symbols: [{symbol, spent, limit, left}], requesters: [{requester, spent, limit, left}]}, from, to, '
      + 'total: {calls, prompt_tokens, completion_tokens, total_tokens, usd}, by_day: [{day, …}], by_model, by_agent, by_symbol}; '
      + 'with `bucket` also {bucket, series: [{start, calls, …}]}, oldest first, zeros where nothing was asked; USD; '
      + 'days are UTC, what is reserved for calls under way counts as spent',
  })
  async costs(@Query() query: CostsQuery): Promise<Record<string, unknown>> {
    const to = query.to === undefined ? Date.now() + 1 : Date.parse(query.to);
    const from = query.from === undefined ? to - USUAL_DAYS * DAY_MS : Date.parse(query.from);
    if (from >= to || to - from > MOST_DAYS * DAY_MS) {
      throw new CodedError('VALIDATION_ERROR', `from must be before to, by at most ${MOST_DAYS} days`, [{ path: 'from', message: `must be before to, by at most ${MOST_DAYS} days` }]);
    }
    const { bucket } = query;
    if (bucket && bucketsBetween(from, to, bucket) > MOST_BUCKETS) {
      const message = `must be day, or the range shorter: at most ${MOST_BUCKETS} buckets are shown`;
      throw new CodedError('VALIDATION_ERROR', `bucket ${message}`, [{ path: 'bucket', message }]);
    }
    const [today, costs] = [await this.ledger.today(), await this.ledger.between(from, to)];
    const series = bucket && { bucket, series: await this.ledger.series(from, to, bucket) };
    return { today, from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...costs, ...series };
  }
}
