import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { TRADING_STATES, type TradingState } from '../../model/trading.js';

export class TradingStateBody {
  @ApiProperty({ enum: TRADING_STATES })
  @IsIn(TRADING_STATES)
  state!: TradingState;

  @ApiPropertyOptional({ description: 'Of this account alone; left out: of all', example: 'main' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  account_id?: string;

  @ApiPropertyOptional({ description: 'Said with it, to everyone', maxLength: 500 })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  reason?: string;
}
