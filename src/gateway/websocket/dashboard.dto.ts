import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;
const NO_SYMBOL = { message: 'must be an asset such as BTC/USD: 1 to 20 of A-Z 0-9 . _ / -' };

export class SubscribeAsset {
  @Matches(SYMBOL, NO_SYMBOL)
  @ApiProperty({ example: 'BTC/USD' })
  asset!: string;
}

/** Without `asset` the one that is subscribed. */
export class AssetCommand {
  @IsOptional()
  @Matches(SYMBOL, NO_SYMBOL)
  @ApiPropertyOptional({ example: 'BTC/USD' })
  asset?: string;
}

export class SetIntervalCommand extends AssetCommand {
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(60, { message: 'must be at least 60 seconds' })
  @Max(3600, { message: 'must be at most 3600 seconds' })
  @ApiProperty({ type: 'integer', minimum: 60, maximum: 3600, description: 'Seconds' })
  interval!: number;
}
