import { ApiProperty, ApiPropertyOptional, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { DEPTHS } from '../../model/trigger.js';
import type { Depth } from '../../model/trigger.js';
import { Checked } from './checked.dto.js';
import { exactlyOneTarget, optional, roomProblems, symbolProblems, symbolsProblems, targetSinceProblems, typesProblems } from './fields.dto.js';
import { MESSAGE_TYPES } from './message-types.dto.js';
import { PositionDto, readSince } from './since.dto.js';
import type { Since } from './since.dto.js';

const MAX_TOKEN = 8192;
const SYMBOL = { example: 'AAPL', minLength: 1, maxLength: 20, pattern: '^[A-Za-z0-9._/-]{1,20}$' };

/** What `subscribe` and `unsubscribe` are about: exactly one of the three is set. */
class TargetCommand {
  @Checked('exactlyOneTarget', exactlyOneTarget)
  @Checked('isSymbol', optional(symbolProblems))
  @ApiPropertyOptional({ ...SYMBOL, description: 'This, or symbols, or room' })
  symbol?: string;

  @Checked('isSymbols', optional(symbolsProblems))
  @ApiPropertyOptional({ type: [String], minItems: 1, maxItems: 1000, example: ['AAPL', 'NVDA'] })
  symbols?: string[];

  @Checked('isRoomName', optional(roomProblems))
  @ApiPropertyOptional({ example: 'symbol:AAPL' })
  room?: string;
}

@ApiExtraModels(PositionDto)
export class SubscribeCommand extends TargetCommand {
  /** A Map where the client gave a map of room to position, also for one symbol; read it by `positionIn`. */
  @Checked('isSince', targetSinceProblems, readSince)
  @ApiPropertyOptional({
    description: 'Where the client stands: a position, for several symbols a map of room to position',
    oneOf: [
      { $ref: getSchemaPath(PositionDto) },
      { type: 'object', additionalProperties: { $ref: getSchemaPath(PositionDto) }, maxProperties: 1000 },
    ],
  })
  since?: Since;

  @Checked('isTypes', optional(typesProblems))
  @ApiPropertyOptional({ enum: MESSAGE_TYPES, isArray: true, minItems: 1, maxItems: 32, description: 'Only messages of these types' })
  types?: string[];
}

export class UnsubscribeCommand extends TargetCommand {}

/** Also the body of `POST /api/analyze`. */
export class AnalyzeCommand {
  @Checked('isSymbol', symbolProblems)
  @ApiProperty(SYMBOL)
  symbol!: string;

  @IsOptional()
  @IsIn(DEPTHS, { message: `must be one of: ${DEPTHS.join(', ')}` })
  @ApiPropertyOptional({ enum: DEPTHS, default: 'fast' })
  depth: Depth = 'fast';
}

export class GetStatusCommand {}

export class AuthenticateCommand {
  @IsString({ message: 'must be a string: a JSON Web Token' })
  @Length(1, MAX_TOKEN, { message: `must have 1 to ${MAX_TOKEN} characters` })
  @ApiProperty({ minLength: 1, maxLength: MAX_TOKEN, description: 'JSON Web Token' })
  token!: string;
}

export class PingCommand {}
