import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsSymbol, RowPageQuery } from '../storage/list.dto.js';

export class DiscussionsQuery extends RowPageQuery {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'BTC/USD' })
  @IsOptional()
  @IsSymbol()
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
  @IsSymbol()
  symbol?: string;

  @ApiPropertyOptional({ description: 'What is being talked about' })
  @IsOptional()
  @IsString()
  @Length(0, 2000)
  text?: string;
}
