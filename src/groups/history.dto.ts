import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`next` of the page before' })
  @IsOptional()
  @Matches(ID, { message: 'use the `next` of the page before' })
  cursor?: string;
}

export class LessonsQuery extends PageQuery {}

export class DiscussionsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'BTC/USD' })
  @IsOptional()
  @Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
  symbol?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 128)
  correlation_id?: string;
}

export class ExperiencesQuery {
  @ApiPropertyOptional({ description: 'Any spelling; the group\'s own without it', example: 'BTC/USD' })
  @IsOptional()
  @Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -' })
  symbol?: string;

  @ApiPropertyOptional({ description: 'What is being talked about' })
  @IsOptional()
  @IsString()
  @Length(0, 2000)
  text?: string;
}
