import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { ORDER_STATUSES, type OrderStatus } from '../model/trading.js';
import { IsSymbol, PageQuery } from '../storage/list.dto.js';
import { DECISION_STATUSES, type DecisionStatus } from '../storage/trading-schema.js';


class AccountQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Of this account only', example: 'main' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  account?: string;

  @ApiPropertyOptional({ description: 'Any spelling', example: 'AAPL' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;
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
