import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsNumber, IsOptional, IsPositive, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { INTERVALS, type Interval } from '../../model/interval.js';
import { POSITION_MODES, type PositionMode } from '../../model/wire/groups.js';
import { IsSymbol, RowPageQuery } from '../../storage/list.dto.js';
import { MOST_MEMBERS } from './panel.js';
import { PRESETS, type Preset } from './test-presets.js';

const NAME = /^[A-Za-z0-9_.-]{1,60}$/;
const NAMED = { message: 'must be 1 to 60 of A-Z a-z 0-9 _ . -' };
const PLAIN = /^[^\u0000-\u001f\u007f]*$/;
const PLAINLY = { message: 'must have no control characters' };
const MODES = ['spot', 'perpetual'] as const;
const MOST_MONEY = 1e12;
const LONGEST_PROMPT = 8000;

export class GroupsQuery extends RowPageQuery {
  @ApiPropertyOptional({ description: 'Any spelling', example: 'BTCUSDT' })
  @IsOptional()
  @IsSymbol()
  symbol?: string;
}

class GroupFields {
  @ApiProperty({ description: '1 to 60 of A-Z a-z 0-9 _ . -, unique; triggers name groups by it', example: 'trade_crypto_btcusdt_15m' })
  @Matches(NAME, NAMED)
  name!: string;

  @ApiProperty({ description: 'Any spelling of a symbol of GET /api/symbols', example: 'BTCUSDT' })
  @IsSymbol()
  symbol!: string;

  @ApiPropertyOptional({ description: 'A label; without it the asset class', example: 'crypto' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(1, 40, { message: 'must have 1 to 40 characters' })
  @Matches(PLAIN, PLAINLY)
  market?: string;

  @ApiPropertyOptional({ enum: INTERVALS, default: '15m' })
  @IsOptional()
  @IsIn(INTERVALS)
  interval?: Interval;

  @ApiPropertyOptional({ type: Number, minimum: 1, default: 1, description: 'What is bought is margin times this; at most what the account allows' })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  @Max(1000, { message: 'must be at most 1000' })
  leverage?: number;

  @ApiPropertyOptional({ type: Number, default: 100, description: 'Above 0: what one trade binds where it says neither quantity nor margin, in the account\'s currency' })
  @IsOptional()
  @IsNumber({}, { message: 'must be a number' })
  @IsPositive({ message: 'must be above 0' })
  @Max(MOST_MONEY, { message: `must be at most ${MOST_MONEY}` })
  margin_usd?: number;

  @ApiPropertyOptional({ enum: POSITION_MODES, default: 'oneway', description: 'oneway: one position a symbol; hedge: a long and a short leg, on perpetual accounts only' })
  @IsOptional()
  @IsIn(POSITION_MODES)
  position_mode?: PositionMode;

  @ApiPropertyOptional({ description: 'One of GET /api/accounts. Without it a new group gets a paper account of its own', example: 'main' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  account_id?: string;
}

export class MemberBody {
  @ApiProperty({ minLength: 1, maxLength: 60, description: 'Unique in its group', example: 'Chartist' })
  @IsString({ message: 'must be a string' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(PLAIN, PLAINLY)
  name!: string;

  @ApiProperty({ description: 'One of GET /api/roles; one member is the group_leader', example: 'technical_analyst' })
  @IsString({ message: 'must be a string' })
  @Length(1, 40, { message: 'must have 1 to 40 characters' })
  role!: string;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Whose model, as its runner knows it', example: 'openai' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(PLAIN, PLAINLY)
  provider?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'null: rules, or what its runner has', example: 'gpt-5' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(1, 120, { message: 'must have 1 to 120 characters' })
  @Matches(PLAIN, PLAINLY)
  model?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: LONGEST_PROMPT, description: 'null or empty: the role\'s' })
  @IsOptional()
  @IsString({ message: 'must be a string' })
  @Length(0, LONGEST_PROMPT, { message: `must have at most ${LONGEST_PROMPT} characters` })
  system_prompt?: string | null;
}

export class MemberPatch extends PartialType(MemberBody) {}

export class OwnAccountBody {
  @ApiPropertyOptional({ enum: MODES, default: 'perpetual', description: 'spot: no shorts, no leverage; perpetual: leverage, cross margin, liquidation' })
  @IsOptional()
  @IsIn(MODES)
  mode?: (typeof MODES)[number];

  @ApiPropertyOptional({ description: 'Names the money, nothing is converted; without it USDT where the symbol is quoted in that, else USD', example: 'USDT' })
  @IsOptional()
  @Matches(/^[A-Z0-9]{1,10}$/, { message: 'must be 1 to 10 of A-Z 0-9' })
  currency?: string;

  @ApiPropertyOptional({ type: Number, default: 10_000 })
  @IsOptional()
  @IsNumber({}, { message: 'must be a number' })
  @IsPositive({ message: 'must be above 0' })
  @Max(MOST_MONEY, { message: `must be at most ${MOST_MONEY}` })
  balance?: number;

  @ApiPropertyOptional({ type: Number, minimum: 1, description: 'Without it the group\'s leverage; it cannot be raised later' })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  @Max(1000, { message: 'must be at most 1000' })
  max_leverage?: number;
}

/** Body of `POST /api/groups`. */
export class NewGroupBody extends GroupFields {
  @ApiPropertyOptional({ type: OwnAccountBody, description: 'Of the account of its own; not together with account_id' })
  @IsOptional()
  @ValidateNested()
  @Type(() => OwnAccountBody)
  account?: OwnAccountBody;

  @ApiPropertyOptional({ type: [MemberBody], maxItems: MOST_MEMBERS, description: 'Without it: a leader, three analysts and an experience retriever, as rules' })
  @IsOptional()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(MOST_MEMBERS, { message: `may be at most ${MOST_MEMBERS}` })
  @ValidateNested({ each: true })
  @Type(() => MemberBody)
  members?: MemberBody[];
}

/** Body of `PATCH /api/groups/{id}`. */
export class GroupPatch extends PartialType(GroupFields) {}

export class RoleBody {
  @ApiProperty({ description: '1 to 40 of a-z 0-9 _, a letter first', example: 'macro_analyst' })
  @Matches(/^[a-z][a-z0-9_]{0,39}$/, { message: 'must be 1 to 40 of a-z 0-9 _, a letter first' })
  role!: string;

  @ApiProperty({ minLength: 1, maxLength: 80, example: 'Macro analyst' })
  @IsString({ message: 'must be a string' })
  @Length(1, 80, { message: 'must have 1 to 80 characters' })
  @Matches(PLAIN, PLAINLY)
  title!: string;

  @ApiProperty({ minLength: 1, maxLength: LONGEST_PROMPT, description: 'What a model in this role is told' })
  @IsString({ message: 'must be a string' })
  @Length(1, LONGEST_PROMPT, { message: `must have 1 to ${LONGEST_PROMPT} characters` })
  prompt!: string;
}

export class RolePatch extends PartialType(PickType(RoleBody, ['title', 'prompt'] as const)) {}

export class TestEventBody {
  @ApiProperty({ enum: PRESETS })
  @IsIn(PRESETS)
  preset!: Preset;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 10, default: 5 })
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 to 10' })
  @Max(10, { message: 'must be 1 to 10' })
  priority: number = 5;
}
