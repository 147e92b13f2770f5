import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional } from 'class-validator';

export class CostsQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'Wall time at which calls began, inclusive; 30 days before `to` where absent' })
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Exclusive; now where absent' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;
}
