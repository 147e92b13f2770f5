import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { Checked, problem, shown, type Check } from '../commands/checked.dto.js';
import { optional, roomProblems, symbolProblems, typesProblems } from '../commands/fields.dto.js';
import { MESSAGE_TYPES } from '../commands/message-types.dto.js';

const MOST = 1000;
const MOST_LISTED = 500;
const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

const timeProblems: Check = (value) => {
  const day = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined;
  // Date.parse takes the 30th of February for the 1st or 2nd of March
  const exists = day !== undefined && !Number.isNaN(Date.parse(value as string)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return exists ? [] : [problem(`must be a time with its zone, such as 2026-01-01T00:00:00.000Z, not ${shown(value)}`)];
};

/** Above `from`, where both are times. */
const endProblems: Check = (value, command) => {
  const problems = timeProblems(value, command);
  const { from } = command as { from?: unknown };
  if (problems.length > 0 || timeProblems(from, command).length > 0) return problems;
  return Date.parse(value as string) > Date.parse(from as string) ? [] : [problem(`must be later than from (${from as string}): it is exclusive`)];
};

const limitMessage = (most: number) => ({ message: `must be an integer from 1 to ${most}` });
const cursorMessage = { message: 'must be the `next` of the page before' };
const commaSeparated = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.split(',') : value);

export class ReplayCommand {
  @Checked('isSymbol', symbolProblems)
  @ApiProperty({ example: 'AAPL' })
  symbol!: string;

  @Checked('isTime', timeProblems)
  @ApiProperty({ format: 'date-time', description: 'Market time, inclusive' })
  from!: string;

  @Checked('isEnd', endProblems)
  @ApiProperty({ format: 'date-time', description: 'Market time, exclusive' })
  to!: string;

  @IsOptional()
  @IsInt(limitMessage(MOST))
  @Min(1, limitMessage(MOST))
  @Max(MOST, limitMessage(MOST))
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST, default: MOST })
  limit: number = MOST;

  @IsOptional()
  @IsString(cursorMessage)
  @Length(1, 200, cursorMessage)
  @ApiPropertyOptional({ description: '`next` of the answer before' })
  cursor?: string;

  @Checked('isTypes', optional(typesProblems))
  @ApiPropertyOptional({ enum: MESSAGE_TYPES, isArray: true, minItems: 1, maxItems: 32, description: 'Only messages of these types' })
  types?: string[];
}

export class RoomParam {
  @Checked('isRoomName', roomProblems)
  @ApiProperty({ example: 'symbol:AAPL' })
  room!: string;
}

export class MessagesQuery {
  @Checked('isTime', optional(timeProblems))
  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, inclusive' })
  from?: string;

  @Checked('isEnd', optional(endProblems))
  @ApiPropertyOptional({ format: 'date-time', description: 'Market time, exclusive' })
  to?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt(limitMessage(MOST_LISTED))
  @Min(1, limitMessage(MOST_LISTED))
  @Max(MOST_LISTED, limitMessage(MOST_LISTED))
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_LISTED, default: 50 })
  limit: number = 50;

  @IsOptional()
  @IsString(cursorMessage)
  @Length(1, 200, cursorMessage)
  @ApiPropertyOptional({ description: '`next` of the page before' })
  cursor?: string;

  @IsOptional()
  @Transform(commaSeparated)
  @Checked('isTypes', optional(typesProblems))
  @ApiPropertyOptional({ type: String, description: 'Comma-separated: only messages of these types', example: 'signal_update,system_alert' })
  types?: string[];
}
