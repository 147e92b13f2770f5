import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional } from 'class-validator';
import { BUCKETS, MOST_BUCKETS, type Bucket } from './cost-series.js';

export class CostsQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'Wall time at which calls began, inclusive; 30 days before `to` where absent' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive; now where absent' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  @ApiPropertyOptional({ enum: BUCKETS, description: `Also tokens and dollars over time, at most ${MOST_BUCKETS} buckets` })
  @IsOptional()
  @IsIn(BUCKETS)
  bucket?: Bucket;
}
