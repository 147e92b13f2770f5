import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsISO8601, IsOptional, IsString, Matches } from 'class-validator';
import { INTERVALS, type Interval } from '../model/interval.js';
import { IsSymbol, LimitQuery } from '../storage/list.dto.js';

const UTC_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/;

/** `AAPL,NVDA`, or the parameter several times. */
const commaSeparated = ({ value }: { value: unknown }): unknown => {
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(',').map((part) => part.trim()).filter((part) => part !== '') : [text]));
};

export class PricesQuery {
  @ApiPropertyOptional({ type: String, description: 'Comma-separated, at most 1000; all symbols where absent', example: 'AAPL,BTC/USD' })
  @IsOptional()
  @Transform(commaSeparated)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsSymbol({ each: true })
  symbols?: string[];
}

export class SeriesQuery {
  @ApiProperty({ description: 'Any spelling', example: 'AAPL' })
  @IsString()
  @IsSymbol()
  symbol!: string;

  @ApiPropertyOptional({ enum: INTERVALS, description: 'What analysts see where absent' })
  @IsOptional()
  @IsIn(INTERVALS)
  interval?: Interval;
}

export class IndicatorsQuery extends IntersectionType(SeriesQuery, LimitQuery) {}

export class CandlesQuery extends IndicatorsQuery {
  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Only candles that opened before; `next` of the answer before' })
  @IsOptional()
  @Matches(UTC_TIME, { message: 'before is a time in UTC, such as 2026-01-01T00:00:00.000Z' })
  @IsISO8601({ strict: true })
  before?: string;
}
