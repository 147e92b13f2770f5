import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ACTIONS, type Action, type Stance } from '../model/opinion.js';

const STANCES = [...ACTIONS, 'ABSTAIN'] as const;
const NOT_COUNTED = ['abstained', 'weight_zero', 'below_min_confidence'] as const;
const BY_ACTION = { type: 'object', additionalProperties: { type: 'number' } } as const;

class ExplainParameters {
  @ApiProperty({ description: 'q' }) threshold!: number;
  @ApiProperty({ minimum: 0, maximum: 1 }) min_confidence!: number;
  @ApiProperty({ nullable: true, type: Number, description: 'null where it was not recorded; then 1 is used' }) min_domains!: number | null;
  @ApiProperty({ enum: ['signal', 'run_inputs', 'support'], description: 'Where they were recorded; `support`: derived from the recorded support' }) source!: string;
  @ApiProperty() note!: string;
}

class ExplainVerdict {
  @ApiProperty({ enum: ['decided', 'too_few_domains'] }) kind!: string;
  @ApiProperty({ enum: ACTIONS, required: false }) action?: Action;
  @ApiProperty({ required: false }) confidence?: number;
  @ApiProperty({ required: false }) agreement?: number;
  @ApiProperty({ enum: ['NONE', 'MODERATE', 'STRONG', 'UNANIMOUS'], required: false }) strength?: string;
  @ApiProperty({ required: false, description: 'Of the whole verdict and where there are too few' }) fault_domains?: number;
  @ApiProperty({ required: false, description: 'Where there are too few' }) needed?: number;
  @ApiProperty({ required: false, description: 'Of the whole verdict' }) tolerated_faults?: number;
  @ApiPropertyOptional({ ...BY_ACTION, description: 'Of the whole verdict' }) support?: Record<Action, number>;
}

class ExplainContribution {
  @ApiProperty() agent_id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() fault_domain!: string;
  @ApiProperty({ enum: STANCES }) signal!: Stance;
  @ApiProperty() confidence!: number;
  @ApiProperty({ description: 'As it was configured' }) weight!: number;
  @ApiProperty({ description: 'Of the total after the cut, 0 to 1' }) share!: number;
  @ApiProperty({ description: 'True: it supports the action that it names' }) counted!: boolean;
  @ApiProperty({ enum: NOT_COUNTED, nullable: true, description: 'Below the least confidence: its share is in the total and supports nothing' }) not_counted!: string | null;
  @ApiProperty() supports_action!: boolean;
}

class WithoutAnalyst {
  @ApiProperty() agent_id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: ExplainVerdict }) verdict!: ExplainVerdict;
  @ApiProperty({ description: 'Another action, or too few domains' }) changes!: boolean;
}

class WithoutDomain {
  @ApiProperty() fault_domain!: string;
  @ApiProperty({ type: [String] }) agent_ids!: string[];
  @ApiProperty({ type: ExplainVerdict }) verdict!: ExplainVerdict;
  @ApiProperty({ description: 'Another action, or too few domains' }) changes!: boolean;
}

class ExplainChange {
  @ApiProperty() agent_id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: STANCES }) from!: Stance;
  @ApiProperty({ enum: STANCES, description: 'With full confidence' }) to!: Stance;
}

class ExplainFlip {
  @ApiProperty() found!: boolean;
  @ApiProperty({ enum: ACTIONS, nullable: true, description: 'What the changes make of it' }) action!: Action | null;
  @ApiProperty({ type: [ExplainChange] }) changes!: ExplainChange[];
  @ApiProperty({ description: 'No set of up to so many changed votes flips the action: all were tried, or ruled out' }) none_within!: number;
  @ApiProperty({ description: 'True: there is no smaller set. False: the sizes between `none_within` and this one were too many to try' }) smallest!: boolean;
}

export class SignalExplanation {
  @ApiProperty() signal_id!: string;
  @ApiProperty() run_id!: string;
  @ApiProperty() symbol!: string;
  @ApiProperty({ type: ExplainParameters, description: 'What decided then' }) parameters!: ExplainParameters;
  @ApiProperty({ type: ExplainVerdict, description: 'Decided once more from the stored votes' }) verdict!: ExplainVerdict;
  @ApiProperty({ description: 'Action, agreement and confidence come to what the signal says' }) reproduces!: boolean;
  @ApiProperty({ description: 'Support of the action − q; below 0 where HOLD stands because no action has q' }) margin!: number;
  @ApiProperty({ ...BY_ACTION, description: 'Of the other actions: q − support' }) lacking!: Partial<Record<Action, number>>;
  @ApiProperty({ type: [ExplainContribution] }) contributions!: ExplainContribution[];
  @ApiProperty({ type: [WithoutAnalyst] }) without_analyst!: WithoutAnalyst[];
  @ApiProperty({ type: [WithoutDomain] }) without_domain!: WithoutDomain[];
  @ApiProperty({ type: ExplainFlip, description: 'The smallest change of votes that makes another action' }) flip!: ExplainFlip;
}
