import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import { APPROVAL_STATUSES, type ApprovalStatus } from '../../storage/trading-schema.js';

const DECISIONS = ['approve', 'edit', 'reject'] as const;

export class ApprovalsQuery {
  @ApiPropertyOptional({ enum: APPROVAL_STATUSES })
  @IsOptional()
  @IsIn(APPROVAL_STATUSES)
  status?: ApprovalStatus;

  @ApiPropertyOptional({ description: 'Of this account', example: 'main' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  account?: string;

  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._/-]{1,20}$/, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
  symbol?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 50 })
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

export class ApprovalAnswer {
  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS)
  decision!: (typeof DECISIONS)[number];

  @ApiProperty({ description: 'Of what was shown', pattern: '^[0-9a-f]{64}$' })
  @Matches(/^[0-9a-f]{64}$/, { message: 'must be the `hash` of what was shown: 64 of 0-9 a-f' })
  hash!: string;

  @ApiPropertyOptional({ description: 'With `edit`: quantity, limit_price, stop_price, target, stop (null: none), time_in_force', example: { quantity: 5 } })
  @IsOptional()
  @IsObject()
  edits?: Record<string, unknown>;

  @ApiPropertyOptional({ maxLength: 2000 })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  note?: string;
}
