import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { requires } from '../model/scope.js';
import { Reruns } from './rerun.js';

@ApiTags('signals')
@Controller('api/runs')
export class RerunsController {
  constructor(private readonly reruns: Reruns) {}

  @Post(':run_id/rerun')
  @HttpCode(200)
  @requires('read')
  @ApiOperation({ summary: 'Builds a run again from its stored inputs, without asking anybody, and says whether it comes to the same' })
  @ApiOkResponse({ description: '{run_id, same, recorded_hash, hash, differing: [agent_id | "verdict"], recorded: {opinions, verdict}, again: {opinions, verdict}}' })
  async rerun(@Param('run_id') runId: string): Promise<Record<string, unknown>> {
    const { same, recordedHash, hash, differing, recorded, again } = await this.reruns.again(runId);
    return { run_id: runId, same, recorded_hash: recordedHash, hash, differing, recorded, again };
  }
}
