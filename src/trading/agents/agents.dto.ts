import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { LEAST_INTERVAL_S, MOST_INTERVAL_S } from './agents.js';

const PLAIN = /^[^\u0000-\u001f\u007f]*$/;

/** Body of `POST /api/agents/:id/pause`. */
export class PauseBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200, description: 'Shown in agent_status' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must have 1 to 200 characters' })
  @Matches(PLAIN, { message: 'must have no control characters' })
  reason?: string;
}

/** Body of `PATCH /api/agents/:id`. */
export class AgentPatch {
  @ApiProperty({ type: Number, minimum: LEAST_INTERVAL_S, maximum: MOST_INTERVAL_S, description: 'Seconds of market time between two cycles' })
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(LEAST_INTERVAL_S, { message: `must be at least ${LEAST_INTERVAL_S}` })
  @Max(MOST_INTERVAL_S, { message: `must be at most ${MOST_INTERVAL_S}` })
  interval_s!: number;
}
