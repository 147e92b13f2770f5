import { abstain, type Opinion, type Stance } from '../../model/opinion.js';

/** A checked `opinion` frame. */
export interface RemoteOpinion {
  readonly run_id: string;
  readonly signal: Stance;
  readonly confidence: number;
  readonly reasoning: readonly string[];
  readonly target_price?: number;
  readonly stop_loss?: number;
}

/** What two votes must have in common to be the same vote. */
export const wordsOf = ({ signal, confidence, reasoning, target_price: target, stop_loss: stop }: RemoteOpinion): string =>
  JSON.stringify([signal, confidence, reasoning, target ?? null, stop ?? null]);

export function opinionOf({ signal, confidence, reasoning, target_price: target, stop_loss: stop }: RemoteOpinion): Opinion {
  if (signal === 'ABSTAIN') return abstain('NO_SETUP', ...reasoning);
  return { signal, confidence, reasoning, ...(target !== undefined && { targetPrice: target }), ...(stop !== undefined && { stopLoss: stop }) };
}
