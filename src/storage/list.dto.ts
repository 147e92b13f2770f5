import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';

const SYMBOL = /^[A-Za-z0-9._/-]{1,20}$/;

/** Any spelling of a symbol; whether a feed knows it is for the controller to say. */
export const IsSymbol = (options: ValidationOptions = {}): PropertyDecorator =>
  Matches(SYMBOL, { message: 'a symbol is 1 to 20 of A-Z 0-9 . _ / -', ...options });

const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
const isTime = (value: unknown): boolean => {
  const day = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined;
  // Date.parse takes the 30th of February for the 1st or 2nd of March
  return day !== undefined && !Number.isNaN(Date.parse(value as string)) && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
};

/** A day in UTC, or a time with its zone, which Date.parse reads alike on every machine. */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({ name: 'isTime', validator: { validate: isTime, defaultMessage: () => 'must be a time with its zone, such as 2026-01-01T00:00:00.000Z, or a day' } });

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
