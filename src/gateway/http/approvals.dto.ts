import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, Length, Matches } from 'class-validator';
import { IsSymbol, RowPageQuery } from '../../storage/list.dto.js';
import { APPROVAL_STATUSES, type ApprovalStatus } from '../../storage/trading-schema.js';

const DECISIONS = ['approve', 'edit', 'reject'] as const;

export class ApprovalsQuery extends RowPageQuery {
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
  @IsSymbol()
  symbol?: string;
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
