import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsISO8601, IsNumber, IsOptional, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { ACTIONS, type Action, type Stance } from '../model/opinion.js';

const STANCES = [...ACTIONS, 'ABSTAIN'] as const;
const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;

export class SignalsQuery {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
  symbol?: string;

  @ApiPropertyOptional({ enum: ACTIONS })
  @IsOptional()
  @IsIn(ACTIONS)
  action?: Action;

  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, inclusive' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, exclusive' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`next` of the page before' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  cursor?: string;
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
