import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Panel } from './panel.js';

@ApiTags('analysts')
@Controller('api/analysts')
export class AnalystsController {
  constructor(private readonly panel: Panel) {}

  @Get()
  @ApiOperation({ summary: 'The seats of the panel, and what they did since the start' })
  @ApiOkResponse({ description: '{items: [{agent_id, name, kind, rule, weight, fault_domain, warm_up, source, statistics}], next}' })
  list(): { items: Record<string, unknown>[]; next: null } {
    const statistics = this.panel.statistics();
    const items = this.panel.seats.map(({ id, name, kind, rule, weight, faultDomain, warmUp, source }, at) => ({
      agent_id: id, name, kind, rule, weight, fault_domain: faultDomain, warm_up: warmUp, source, statistics: statistics[at],
    }));
    return { items, next: null };
  }
}
