import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Length } from 'class-validator';
import type { ErrorDetail } from '../../model/codes.js';
import { ACTIONS } from '../../model/opinion.js';
import { Checked, problem, shown, type Check } from '../commands/checked.dto.js';
import { symbolProblems } from '../commands/fields.dto.js';
import { EVERY_SYMBOL } from './alert.js';
import { FIELDS, OPS, OPS_OF, STRENGTHS, type Field, type Op, type When } from './condition.js';

const isOneOf = <T extends string>(choices: readonly T[], value: unknown): value is T => (choices as readonly unknown[]).includes(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const readWhen = (value: unknown): unknown =>
  isRecord(value) ? { field: value['field'], op: value['op'], value: value['value'] } : value;

const whenProblems: Check = (when) => {
  if (!isRecord(when)) return [problem(`must be {"field","op","value"}, such as {"field":"price","op":"crosses_above","value":150}, not ${shown(when)}`)];
  const { field, op, value } = when;
  if (!isOneOf(FIELDS, field)) return [problem(`must be one of ${FIELDS.join(', ')}`, 'field')];
  const problems: ErrorDetail[] = [];
  if (!isOneOf(OPS_OF[field], op)) problems.push(problem(`of ${field} must be one of ${OPS_OF[field].join(', ')}`, 'op'));
  return [...problems, ...valueProblems(field, value)];
};

function valueProblems(field: Field, value: unknown): readonly ErrorDetail[] {
  const unless = (fits: boolean, wanted: string): readonly ErrorDetail[] => (fits ? [] : [problem(`of ${field} must be ${wanted}`, 'value')]);
  switch (field) {
    case 'price': return unless(typeof value === 'number' && value > 0 && Number.isFinite(value), 'a number above 0');
    case 'action': return unless(isOneOf(ACTIONS, value), `one of ${ACTIONS.join(', ')}`);
    case 'strength': return unless(isOneOf(STRENGTHS, value), `one of ${STRENGTHS.join(', ')}`);
    case 'confidence':
    case 'probability': return unless(typeof value === 'number' && value >= 0 && value <= 1, 'a number from 0 to 1');
  }
}

class WhenDto implements When {
  @ApiProperty({ enum: FIELDS })
  field!: Field;

  @ApiProperty({ enum: OPS, description: 'price: crosses_above, crosses_below; action: becomes; strength: becomes, at_least; confidence and probability: all but becomes' })
  op!: Op;

  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }], description: 'A price above 0, an action, a strength, or 0 to 1' })
  value!: number | string;
}

export class SetAlertCommand {
  @Checked('isSymbol', (value, command) => (value === EVERY_SYMBOL ? [] : symbolProblems(value, command)))
  @ApiProperty({ example: 'AAPL', description: 'A symbol, or * for all' })
  symbol!: string;

  @Checked('isWhen', whenProblems, readWhen)
  @ApiProperty({ type: WhenDto })
  when!: When;

  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  @ApiPropertyOptional({ default: false, description: 'Gone once it has fired' })
  once: boolean = false;
}

export class ListAlertsCommand {}

export class DeleteAlertCommand {
  @IsString({ message: 'must be a string: the `alert_id` of set_alert\'s answer' })
  @Length(1, 64, { message: 'must have 1 to 64 characters' })
  @ApiProperty()
  alert_id!: string;
}
