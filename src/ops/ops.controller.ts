import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { DrainState } from '../gateway/drain-state.js';
import { Status } from '../gateway/status.js';
import { requires } from '../model/scope.js';
import type { Database } from '../storage/database.js';
import { DATABASE } from '../storage/storage.module.js';
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
    @Inject(DATABASE) private readonly database: Database,
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
  @ApiOperation({ summary: 'May this node get traffic? 503 while it starts, drains, or has no database' })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.serving(), () => this.store()]);
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

  private async store(): Promise<HealthIndicatorResult> {
    const check = this.indicators.check('database');
    try {
      await this.database.ping();
      return check.up();
    } catch (error) {
      return check.down({ reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
