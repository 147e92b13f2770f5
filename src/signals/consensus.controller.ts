import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { Ballot } from '../consensus/ballot.js';
import { decide } from '../consensus/decide.js';
import { CodedError } from '../model/codes.js';
import type { Verdict } from '../model/verdict.js';
import { PreviewRequest, type PreviewOpinion } from './signals.dto.js';

@ApiTags('consensus')
@Controller('api/consensus')
export class ConsensusController {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'What the consensus would make of these opinions; nothing is stored' })
  @ApiOkResponse({ description: '{action, confidence, agreement, consensus_strength, threshold, fault_domains, tolerated_faults, support: {BUY, SELL, HOLD}}; 422 TOO_FEW_DOMAINS' })
  preview(@Body() { opinions }: PreviewRequest): Record<string, unknown> {
    const verdict = this.decided(opinions.map(ballot));
    if (verdict.kind === 'too-few') {
      throw new CodedError('TOO_FEW_DOMAINS', `${verdict.faultDomains} fault domains have an opinion: at least ${verdict.needed} are needed`);
    }
    return {
      action: verdict.action,
      confidence: verdict.confidence,
      agreement: verdict.agreement,
      consensus_strength: verdict.strength,
      threshold: verdict.threshold,
      fault_domains: verdict.faultDomains,
      tolerated_faults: verdict.toleratedFaults,
      support: verdict.support,
    };
  }

  private decided(ballots: readonly Ballot[]): Verdict {
    try {
      return decide(ballots, this.config.consensus);
    } catch (error) {
      if (error instanceof RangeError) throw new CodedError('VALIDATION_ERROR', error.message, [{ path: 'opinions', message: error.message }]);
      throw error;
    }
  }
}

const ballot = ({ agent_id: agentId, signal, confidence, weight = 1, fault_domain: faultDomain = `own:${agentId}` }: PreviewOpinion): Ballot => ({
  agentId, signal, confidence, weight, faultDomain,
});
