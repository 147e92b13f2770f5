import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';

export class NewsQuery {
  @ApiPropertyOptional({ description: 'Any spelling; its items and those about the market as a whole', example: 'AAPL' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._/-]{1,20}$/, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
  symbol?: string;

  @ApiPropertyOptional({ description: 'The most similar texts first, without further pages' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  text?: string;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 500, default: 50 })
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
