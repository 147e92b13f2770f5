import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { ORDER_STATUSES, type OrderStatus } from '../model/trading.js';
import { DECISION_STATUSES, type DecisionStatus } from '../storage/trading-schema.js';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;

class AccountQuery {
  @ApiPropertyOptional({ description: 'Of this account only', example: 'main' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  account?: string;

  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
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
  @IsString()
  @Length(1, 200)
  cursor?: string;
}

export class PositionsQuery extends AccountQuery {}

export class OrdersQuery extends AccountQuery {
  @ApiPropertyOptional({ enum: [...ORDER_STATUSES, 'open'], description: '`open`: all that may still fill' })
  @IsOptional()
  @IsIn([...ORDER_STATUSES, 'open'])
  status?: OrderStatus | 'open';
}

export class DecisionsQuery extends AccountQuery {
  @ApiPropertyOptional({ enum: DECISION_STATUSES })
  @IsOptional()
  @IsIn(DECISION_STATUSES)
  status?: DecisionStatus;
}
