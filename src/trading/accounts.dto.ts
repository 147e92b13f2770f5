import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, IsPositive, IsString, Length, Max, Min } from 'class-validator';

const MODES = ['spot', 'perpetual'] as const;

export class NewAccountBody {
  @ApiProperty({ description: 'Up to 60 of A-Z a-z 0-9 _ . -, a letter or digit first', example: 'my-bot' })
  @IsString()
  @Length(1, 60)
  account_id!: string;

  @ApiProperty({ enum: MODES, description: 'spot: no shorts, no leverage; perpetual: leverage, cross margin, liquidation' })
  @IsIn(MODES)
  mode!: (typeof MODES)[number];

  @ApiProperty({ description: 'Names the money; nothing is converted', example: 'USDT' })
  @IsString()
  @Length(1, 10)
  currency!: string;

  @ApiProperty({ description: 'What it begins with', example: 10_000 })
  @IsNumber()
  @IsPositive()
  @Max(1e12)
  balance!: number;

  @ApiPropertyOptional({ minimum: 1, default: 1, description: 'At most max_leverage of config/risk.yaml; 1 on spot' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(125)
  max_leverage: number = 1;
}
