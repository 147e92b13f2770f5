import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min, type ValidationOptions } from 'class-validator';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;

/** Any spelling of a symbol; whether a feed knows it is for the controller to say. */
export const IsSymbol = (options: ValidationOptions = {}): PropertyDecorator =>
  Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -', ...options });

/** A list that has no further pages. */
export class LimitQuery {
  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 500, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;
}

/** A list in pages, whose `next` has a form of its own. */
export class PageQuery extends LimitQuery {
  @ApiPropertyOptional({ description: '`next` of the page before' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  cursor?: string;
}

/** A list in pages, whose `next` is the id of a row. */
export class RowPageQuery extends LimitQuery {
  @ApiPropertyOptional({ description: '`next` of the page before' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the `next` of the page before' })
  cursor?: string;
}
