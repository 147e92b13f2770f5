import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { CostLedger } from '../journal/costs.js';
import type { ConductReport } from '../model/wire/analysts.js';
import { PageQuery } from '../storage/list.dto.js';
import { pageOf, type PageOf } from '../storage/page-of.js';
import { Panel } from './panel.js';
import { PanelStatistics, type PanelReport } from './panel-statistics.js';
import { AnalystTokens } from './remote/analyst-tokens.js';
import { Conduct } from './remote/conduct.js';
import { domainOf } from './remote/remote-analyst.js';
import { RemoteSeats } from './remote/remote-seats.js';
import { SHARED_SEATS } from './remote/remote.module.js';
import type { SharedSeats } from './remote/shared-seats.js';

const DAY_MS = 86_400_000;
const USAGE_DAYS = 30;
const NO_USAGE = { calls: 0, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, usd: 0 };
type Usage = typeof NO_USAGE;
/** As it is said on the wire. */
type Seat = Readonly<Record<string, unknown>> & { readonly agent_id: string };

@ApiTags('analysts')
@Controller('api/analysts')
export class AnalystsController {
  constructor(
    private readonly panel: Panel,
    private readonly statistics: PanelStatistics,
    private readonly ledger: CostLedger,
    private readonly tokens: AnalystTokens,
    private readonly remote: RemoteSeats,
    @Inject(SHARED_SEATS) private readonly shared: SharedSeats | null,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The seats of the panel, who sits there or why nobody does, and what they did since the start' })
  @ApiOkResponse({
    description: '{items: [{agent_id, name, kind: rule|model|remote, state: seated|empty|away, why?, rule?, weight, fault_domain, warm_up, source, family, role?, model?, provider?, connected, statistics, usage, conduct?}], next, counted_since, nodes: [{node, counted_since}], silent: [node], usage_since}; '
      + 'family: what it fails together with by its making, of models; '
      + 'statistics: {asked, votes: {BUY, SELL, HOLD}, abstained: {reason: n}, latency: {mean, median, p95}, majority: {runs, with, share}, signals: {runs, with, share}} '
      + 'of all nodes, each from its start on, the earliest of which is counted_since; silent: nodes that did not answer in time, whose part is missing; '
      + 'usage: {calls, prompt_tokens, completion_tokens, total_tokens, usd} of models, by the decision log of all nodes, from usage_since on; '
      + 'conduct: {counted, equivocations, late, unknown_run, invalid, missed, flooded, hostile, why} of remote ones',
  })
  async list(@Query() query: PageQuery): Promise<PageOf<Seat> & { counted_since: string; nodes: PanelReport['nodes']; silent: readonly string[]; usage_since: string }> {
    const usageSince = new Date(Date.now() - USAGE_DAYS * DAY_MS).toISOString();
    const [{ seats: statistics, nodes, silent }, usage] = await Promise.all([this.statistics.report(), this.usageSince(usageSince)]);
    const countedSince = nodes.map((each) => each.counted_since).sort()[0]!;
    const seated = this.panel.seats.map(({ id, name, kind, rule, weight, faultDomain, warmUp, source }) => ({
      agent_id: id, name, kind, state: 'seated', rule, weight, fault_domain: faultDomain, warm_up: warmUp, source, ...this.makingOf(id), connected: true, statistics: statistics.get(id), usage: kind === 'model' ? usage.get(id) ?? NO_USAGE : null,
    }));
    const empty = this.config.panel.empty.map(({ id, name, kind, why }) => ({ agent_id: id, name, kind, state: 'empty', why, connected: false }));
    const all: Seat[] = [...seated, ...empty, ...await this.remoteSeats(statistics)];
    return { ...pageOf(all, query, ({ agent_id: id }) => id), counted_since: countedSince, nodes, silent, usage_since: usageSince };
  }

  private makingOf(id: string): Record<string, unknown> {
    const seat = this.config.panel.seats.find((each) => each.id === id);
    if (seat?.kind !== 'model') return { family: null };
    const { family, role, model, provider } = seat;
    return { family, role, model, provider };
  }

  /** By agent; the log is not read where no model sits here. */
  private async usageSince(since: string): Promise<ReadonlyMap<string, Usage>> {
    if (!this.panel.seats.some(({ kind }) => kind === 'model')) return new Map();
    const { by_agent: agents } = await this.ledger.between(Date.parse(since), Date.now() + 1);
    return new Map(agents.map(({ agent, ...usage }) => [agent, usage]));
  }

  private async remoteSeats(statistics: ReadonlyMap<string, unknown>): Promise<Seat[]> {
    const present = new Set(this.remote.present().map(({ id }) => id));
    const elsewhere = new Map((this.shared?.far ?? []).map(({ identity, conduct }) => [identity.agentId, conduct]));
    return (await this.tokens.list()).map(({ agent_id: id, name, owner, weight }) => {
      const conduct: ConductReport = elsewhere.get(id) ?? this.remote.conduct(id) ?? new Conduct().report();
      return {
        agent_id: id, name, kind: 'remote', state: present.has(id) ? 'seated' : 'away', connected: present.has(id), weight, fault_domain: domainOf(owner),
        source: `a program of ${owner}, over /ws/analysts`, family: null, statistics: statistics.get(id) ?? null, usage: null, conduct,
      };
    });
  }
}
