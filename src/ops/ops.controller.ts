import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { DrainState } from '../gateway/drain-state.js';
import { FeedState } from '../gateway/feed-state.js';
import { Status } from '../gateway/status.js';
import { requires } from '../model/scope.js';
import type { Database } from '../storage/database.js';
import type { RedisLink } from '../storage/redis.js';
import { DATABASE, REDIS } from '../storage/storage.module.js';
import { Metrics } from './metrics.js';

@ApiTags('operations')
@Controller()
export class OpsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly state: DrainState,
    private readonly status: Status,
    private readonly metrics: Metrics,
    private readonly feed: FeedState,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(REDIS) private readonly redis: RedisLink | null,
  ) {}

  @Get('live')
  @requires('public')
  @ApiOperation({ summary: 'The process answers' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @requires('public')
  @HealthCheck()
  @ApiOperation({ summary: 'May this node get traffic? 503 while it starts, drains, or has no database or no Redis' })
  ready(): Promise<HealthCheckResult> {
    const { redis } = this;
    return this.health.check([
      () => this.serving(),
      () => this.indicators.check('feed').up({ stale: this.feed.report().stale }), // no other node would have prices either
      () => this.answers('database', () => this.database.ping()),
      ...(redis ? [() => this.answers('redis', () => redis.ping())] : []),
    ]);
  }

  @Get('ws/status')
  @ApiOperation({ summary: 'Connections, rooms, analyses, feed' })
  @ApiOkResponse({ description: '{websocket_manager, orchestrator, node, cluster, feed, queue, dropped, uptime_s, version}' })
  report(): Record<string, unknown> {
    return this.status.report();
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus' })
  prometheus(): Promise<string> {
    return this.metrics.text();
  }

  private serving(): HealthIndicatorResult {
    const check = this.indicators.check('server');
    if (this.state.draining) return check.down({ reason: 'draining' });
    return this.status.running ? check.up() : check.down({ reason: 'starting' });
  }

  private async answers(name: string, ping: () => Promise<void>): Promise<HealthIndicatorResult> {
    const check = this.indicators.check(name);
    try {
      await ping();
      return check.up();
    } catch (error) {
      return check.down({ reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
