import type { Action } from '../../model/opinion.js';
import type { Strength } from '../../model/verdict.js';

export const FIELDS = ['price', 'action', 'confidence', 'strength', 'probability'] as const;
export type Field = (typeof FIELDS)[number];
export const OPS = ['crosses_above', 'crosses_below', 'becomes', 'at_least'] as const;
export type Op = (typeof OPS)[number];

/** From weak to strong. */
export const STRENGTHS = ['NONE', 'MODERATE', 'STRONG', 'UNANIMOUS'] as const satisfies readonly Strength[];

const OF_NUMBERS = ['crosses_above', 'crosses_below', 'at_least'] as const;
/** What can be asked of each field; a price is compared at each tick, the others at each signal. */
export const OPS_OF: Readonly<Record<Field, readonly Op[]>> = {
  price: ['crosses_above', 'crosses_below'],
  action: ['becomes'],
  confidence: OF_NUMBERS,
  strength: ['becomes', 'at_least'],
  probability: OF_NUMBERS,
};

/** When an alert fires: at the moment in which this turns true. */
export interface When {
  readonly field: Field;
  readonly op: Op;
  /** A price above 0, an action, a strength, or 0 to 1. */
  readonly value: number | string;
}

/** A field's value in a signal; null where it has none. */
export type FieldValue = number | string | null;

/** The part of `signal_update`'s data that alerts look at. */
interface SignalData {
  readonly action: Action;
  readonly confidence: number;
  readonly probability: { readonly value: number } | null;
  readonly agents_consensus: { readonly consensus_strength: Strength };
}

export function valueIn(body: string, field: Field): FieldValue {
  const signal = JSON.parse(body) as SignalData;
  switch (field) {
    case 'action': return signal.action;
    case 'confidence': return signal.confidence;
    case 'strength': return signal.agents_consensus.consensus_strength;
    case 'probability': return signal.probability?.value ?? null;
    case 'price': return null;
  }
}

/**
 * True where the condition holds now and did not before. A crossing needs a value before; `becomes` and `at_least` take
 * the want of one for not holding, so that a symbol's first signal can fire them.
 */
export function turnsTrue({ field, op, value }: When, before: FieldValue, now: FieldValue): boolean {
  if (now === null) return false;
  switch (op) {
    case 'crosses_above': return before !== null && before <= value && now > value;
    case 'crosses_below': return before !== null && before >= value && now < value;
    case 'becomes': return now === value && before !== value;
    case 'at_least': return reaches(field, now, value) && (before === null || !reaches(field, before, value));
  }
}

const reaches = (field: Field, value: number | string, least: number | string): boolean =>
  field === 'strength' ? rank(value) >= rank(least) : value >= least;

const rank = (strength: number | string): number => (STRENGTHS as readonly unknown[]).indexOf(strength);
