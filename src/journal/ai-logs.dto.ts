import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { ABSTAIN_REASONS, type AbstainReason } from '../model/opinion.js';
import { IsSymbol, IsTime, RowPageQuery } from '../storage/list.dto.js';

const OUTCOMES = ['OK', ...ABSTAIN_REASONS] as const;

/** Which calls of the decision log. */
export class AiLogsFilter {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;

  @ApiPropertyOptional({ description: 'As `symbol`, by the name that the trading bot\'s page has for it' })
  @IsOptional()
  @IsSymbol()
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
  @IsTime()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive' })
  @IsOptional()
  @IsTime()
  to?: string;

  @ApiPropertyOptional({ description: 'Stands in the messages or the reply; ASCII letters of either case' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  q?: string;
}

export class AiLogsQuery extends IntersectionType(AiLogsFilter, RowPageQuery) {}
