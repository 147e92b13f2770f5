import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsSymbol, PageQuery } from '../../storage/list.dto.js';


export class ReflectionsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Account id', example: 'main' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  account?: string;

  @ApiPropertyOptional({ description: 'Any spelling', example: 'BTC/USD' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;
}
