import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { TRIGGER_KINDS, type TriggerKind } from '../../model/wire/groups.js';
import { RowPageQuery } from '../../storage/list.dto.js';

const NAME = /^[A-Za-z0-9_.-]{1,60}$/;
const NAMED = { message: 'must be 1 to 60 of A-Z a-z 0-9 _ . -' };

export class TriggersQuery extends RowPageQuery {
  @ApiPropertyOptional({ enum: TRIGGER_KINDS })
  @IsOptional()
  @IsIn(TRIGGER_KINDS)
  kind?: TriggerKind;
}

/** Body of `POST /api/triggers`. */
export class NewTriggerBody {
  @ApiProperty({ description: '1 to 60 of A-Z a-z 0-9 _ . -, unique: the source_id of its events', example: 'btc_moves' })
  @Matches(NAME, NAMED)
  name!: string;

  @ApiProperty({ enum: TRIGGER_KINDS, description: 'external: a program with a token; webhook: POST /api/hooks/{name} with an HMAC; the others run in the server' })
  @IsIn(TRIGGER_KINDS)
  kind!: TriggerKind;

  @ApiPropertyOptional({ type: Object, default: {}, description: 'As the kind wants it; docs/PROTOCOL.md has them', example: { targets: ['trade_crypto_btcusdt_15m'], symbol: 'BTCUSDT', change_pct: 1 } })
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  config?: Record<string, unknown>;

  @ApiPropertyOptional({ type: Boolean, default: true })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled: boolean = true;
}

/** Body of `PATCH /api/triggers/{id}`. */
export class TriggerPatch {
  @ApiPropertyOptional({ example: 'btc_moves' })
  @IsOptional()
  @Matches(NAME, NAMED)
  name?: string;

  @ApiPropertyOptional({ type: Object, description: 'The whole of it' })
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  config?: Record<string, unknown>;

  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  enabled?: boolean;
}

export class EventsQuery extends RowPageQuery {
  @ApiPropertyOptional({ description: 'Name of the trigger or group that it is from; `conclave` of the server\'s own', example: 'btc_moves' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  source?: string;

  @ApiPropertyOptional({ example: 'immediate' })
  @IsOptional()
  @Matches(/^[a-z0-9_]{1,40}$/, { message: 'must be 1 to 40 of a-z 0-9 _' })
  type?: string;

  @ApiPropertyOptional({ description: 'Id or name of a group that it is for, or from' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  group?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 200)
  correlation_id?: string;
}

export class EventPath {
  @ApiProperty()
  @IsUUID(undefined, { message: 'must be the id of an event' })
  id!: string;
}
