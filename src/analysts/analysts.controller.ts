import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Panel } from './panel.js';
import { AnalystTokens } from './remote/analyst-tokens.js';
import { Conduct, type ConductReport } from './remote/conduct.js';
import { domainOf } from './remote/remote-analyst.js';
import { RemoteSeats } from './remote/remote-seats.js';
import { SHARED_SEATS } from './remote/remote.module.js';
import type { SharedSeats } from './remote/shared-seats.js';

@ApiTags('analysts')
@Controller('api/analysts')
export class AnalystsController {
  constructor(
    private readonly panel: Panel,
    private readonly tokens: AnalystTokens,
    private readonly remote: RemoteSeats,
    @Inject(SHARED_SEATS) private readonly shared: SharedSeats | null,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The seats of the panel, who sits there or why nobody does, and what they did since the start' })
  @ApiOkResponse({
    description: '{items: [{agent_id, name, kind: rule|model|remote, state: seated|empty|away, why?, rule?, weight, fault_domain, warm_up, source, statistics, conduct?}], next}; '
      + 'conduct: {counted, equivocations, late, unknown_run, invalid, missed, flooded, hostile, why} of remote ones',
  })
  async list(): Promise<{ items: Record<string, unknown>[]; next: null }> {
    const statistics = new Map(this.panel.statistics().map((each) => [each.id, each]));
    const seated = this.panel.seats.map(({ id, name, kind, rule, weight, faultDomain, warmUp, source }) => ({
      agent_id: id, name, kind, state: 'seated', rule, weight, fault_domain: faultDomain, warm_up: warmUp, source, statistics: statistics.get(id),
    }));
    const empty = this.config.panel.empty.map(({ id, name, kind, why }) => ({ agent_id: id, name, kind, state: 'empty', why }));
    return { items: [...seated, ...empty, ...await this.remoteSeats(statistics)], next: null };
  }

  private async remoteSeats(statistics: ReadonlyMap<string, unknown>): Promise<Record<string, unknown>[]> {
    const present = new Set(this.remote.present().map(({ id }) => id));
    const elsewhere = new Map((this.shared?.far ?? []).map(({ identity, conduct }) => [identity.agentId, conduct]));
    return (await this.tokens.list()).map(({ agent_id: id, name, owner, weight }) => {
      const conduct: ConductReport = elsewhere.get(id) ?? this.remote.conduct(id) ?? new Conduct().report();
      return {
        agent_id: id, name, kind: 'remote', state: present.has(id) ? 'seated' : 'away', weight, fault_domain: domainOf(owner),
        source: `a program of ${owner}, over /ws/analysts`, statistics: statistics.get(id) ?? null, conduct,
      };
    });
  }
}
