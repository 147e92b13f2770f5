import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../model/scope.js';
import { Operations } from './operations.js';

@ApiTags('operations')
@Controller('api/ops')
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Get()
  @requires('admin')
  @ApiOperation({ summary: 'How the server is doing, for who runs it; answers also while the database or Redis is away. The same without `log` is said every two seconds in the room `ops`' })
  @ApiOkResponse({
    description: '{node, version, time, uptime_s, state: starting|serving|draining, nodes: [{node, here, connections, connections_since_start, messages_sent, runs_running, rooms}], '
      + 'connections: {here, limit, all, dropped: {code: n}}, rooms: [{room, members}], queue: {waiting, running, ended}, feed, '
      + 'feeds: [{symbol, source, last_price_at, age_ms}], budgets: today as in /api/costs, or null while it cannot be read, decision_log: {pending, calls}, '
      + 'database: up|away, redis: up|away|null, faults: [{code, level, subject, message}], log: [{node, level, time, message, context}] of this node, oldest first}. '
      + 'ended and calls: at this node since its start; faults: DATABASE_AWAY, REDIS_AWAY, FEED_STALE, FEED_DISCONNECTED, TRADING_HALTED, TRADING_REDUCING, BREAKER_OPEN, ANALYST_HOSTILE, BUDGET_SPENT, DRAINING',
  })
  report(): Promise<Record<string, unknown>> {
    return this.operations.report();
  }
}
