import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNumber, IsOptional, IsPositive, IsString, Length, Max, Min } from 'class-validator';
import { ACTIONS, type Stance } from '../../model/opinion.js';
import { Checked, problem, shown } from '../commands/checked.dto.js';

const STANCES = [...ACTIONS, 'ABSTAIN'] as const;
const MOST_SENTENCES = 8;
const LONGEST_SENTENCE = 1000;

const sentences = (value: unknown): readonly string[] | null => {
  const list = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? (list as string[]) : null;
};

/** What a remote analyst answers an `analysis_request` with. */
export class OpinionCommand {
  @IsString({ message: 'must be the run_id of an analysis_request' })
  @Length(1, 64, { message: 'must have 1 to 64 characters' })
  @ApiProperty({ description: 'Of the analysis_request' })
  run_id!: string;

  @IsIn(STANCES, { message: `must be one of: ${STANCES.join(', ')}` })
  @ApiProperty({ enum: STANCES })
  signal!: Stance;

  @IsNumber({}, { message: 'must be a number from 0 to 1' })
  @Min(0, { message: 'must be a number from 0 to 1' })
  @Max(1, { message: 'must be a number from 0 to 1' })
  @ApiProperty({ minimum: 0, maximum: 1 })
  confidence!: number;

  @Checked('isReasoning', (value) => {
    const list = sentences(value);
    if (!list) return [problem(`must be a sentence or a list of sentences, not ${shown(value)}`)];
    if (list.length > MOST_SENTENCES) return [problem(`must have at most ${MOST_SENTENCES} sentences`)];
    return list.some((each) => each.length > LONGEST_SENTENCE) ? [problem(`must have sentences of at most ${LONGEST_SENTENCE} characters`)] : [];
  }, (value) => sentences(value) ?? value)
  @ApiPropertyOptional({ type: [String], maxItems: MOST_SENTENCES })
  reasoning: readonly string[] = [];

  @IsOptional()
  @IsNumber({}, { message: 'must be a price above 0' })
  @IsPositive({ message: 'must be a price above 0' })
  @ApiPropertyOptional({ minimum: 0 })
  target_price?: number;

  @IsOptional()
  @IsNumber({}, { message: 'must be a price above 0' })
  @IsPositive({ message: 'must be a price above 0' })
  @ApiPropertyOptional({ minimum: 0 })
  stop_loss?: number;
}
