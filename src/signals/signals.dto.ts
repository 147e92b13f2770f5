import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsNumber, IsOptional, IsString, Length, Max, Min, ValidateNested } from 'class-validator';
import { ACTIONS, type Action, type Stance } from '../model/opinion.js';
import { IsSymbol, IsTime, PageQuery } from '../storage/list.dto.js';

const STANCES = [...ACTIONS, 'ABSTAIN'] as const;

export class SignalsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;

  @ApiPropertyOptional({ enum: ACTIONS })
  @IsOptional()
  @IsIn(ACTIONS)
  action?: Action;

  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, inclusive' })
  @IsOptional()
  @IsTime()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, exclusive' })
  @IsOptional()
  @IsTime()
  to?: string;
}

export class PreviewOpinion {
  @ApiProperty({ example: 'trend' })
  @IsString()
  @Length(1, 100)
  agent_id!: string;

  @ApiProperty({ enum: STANCES })
  @IsIn(STANCES)
  signal!: Stance;

  @ApiProperty({ minimum: 0, maximum: 1 })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(1)
  confidence!: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1e9, default: 1 })
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(1e9)
  weight?: number;

  @ApiPropertyOptional({ description: 'What fails together with it; of its own where absent' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  fault_domain?: string;
}

export class PreviewRequest {
  @ApiProperty({ type: [PreviewOpinion], minItems: 1, maxItems: 1000 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => PreviewOpinion)
  opinions!: PreviewOpinion[];
}
