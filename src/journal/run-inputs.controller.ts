import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '../model/codes.js';
import { RunInputs } from './run-inputs.js';

@ApiTags('journal')
@Controller('api/runs')
export class RunInputsController {
  constructor(private readonly runs: RunInputs) {}

  @Get(':run_id/inputs')
  @ApiOperation({ summary: 'What a run was built from and what came of it, as `conclave rerun` builds it again' })
  @ApiOkResponse({ description: '{run_id, inputs: {seats, rules, view, …}, decision: {opinions, verdict}, decision_hash: SHA-256 of the decision\'s JSON}' })
  @ApiNotFoundResponse({ description: 'NOT_FOUND: no run of this id has ended, or its inputs were swept after RUN_KEEP_DAYS' })
  async inputs(@Param('run_id') runId: string): Promise<Record<string, unknown>> {
    const stored = await this.runs.find(runId);
    if (!stored) throw new CodedError('NOT_FOUND', `Nothing is stored of a run ${runId.slice(0, 64)}: it has not ended, or never was`);
    if (stored.swept) throw new CodedError('NOT_FOUND', `What the run ${runId} was built from was swept: it is kept for RUN_KEEP_DAYS. Its decision had the hash ${stored.decisionHash}`);
    const { inputs, decision, decisionHash } = stored;
    return { run_id: runId, inputs, decision, decision_hash: decisionHash };
  }
}
