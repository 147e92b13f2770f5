import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsTime } from '../storage/list.dto.js';
import { BUCKETS, MOST_BUCKETS, type Bucket } from './cost-series.js';

export class CostsQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'Wall time at which calls began, inclusive; 30 days before `to` where absent' })
  @IsOptional()
  @IsTime()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive; now where absent' })
  @IsOptional()
  @IsTime()
  to?: string;

  @ApiPropertyOptional({ enum: BUCKETS, description: `Also tokens and dollars over time, at most ${MOST_BUCKETS} buckets` })
  @IsOptional()
  @IsIn(BUCKETS)
  bucket?: Bucket;
}
