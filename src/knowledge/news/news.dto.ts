import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsSymbol, PageQuery } from '../../storage/list.dto.js';

export class NewsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Any spelling; its items and those about the market as a whole', example: 'AAPL' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;

  @ApiPropertyOptional({ description: 'The most similar texts first, without further pages' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  text?: string;
}
