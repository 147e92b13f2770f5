import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import { ABSTAIN_REASONS, type AbstainReason } from '../model/opinion.js';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;
const SYMBOL_MESSAGE = 'a symbol is 1 to 20 of A-Z 0-9 . _ / -';
const OUTCOMES = ['OK', ...ABSTAIN_REASONS] as const;

/** Which calls of the decision log. */
export class AiLogsFilter {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @Matches(SYMBOL, { message: SYMBOL_MESSAGE })
  symbol?: string;

  @ApiPropertyOptional({ description: 'As `symbol`, by the name that the trading bot\'s page has for it' })
  @IsOptional()
  @Matches(SYMBOL, { message: SYMBOL_MESSAGE })
  asset?: string;

  @ApiPropertyOptional({ description: '`agent_id` of the seat', example: 'technical' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  agent?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 100)
  run_id?: string;

  @ApiPropertyOptional({ enum: OUTCOMES, description: '`OK`: there is a reply' })
  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: 'OK' | AbstainReason;

  @ApiPropertyOptional({ description: 'As it was asked for', example: 'gpt-5-mini' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  model?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Wall time at which the call began, inclusive' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @ApiPropertyOptional({ description: 'Stands in the messages or the reply; ASCII letters of either case' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  q?: string;
}

export class AiLogsQuery extends AiLogsFilter {
  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 500, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`next` of the page before' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the `next` of the page before' })
  cursor?: string;
}
