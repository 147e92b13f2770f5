import { CodedError } from '../../model/codes.js';
import type { Decimal } from '../../model/decimal.js';
import type { TradingState } from '../../model/trading.js';
import type { Approval, Given } from './approval.js';
import { applyEdits, type Edits } from './edits.js';
import { intentHash } from './intent-hash.js';

export interface Answer {
  readonly decision: 'approve' | 'edit' | 'reject';
  /** Of what the person was shown. */
  readonly hash: string;
  readonly edits?: Edits | undefined;
  readonly note?: string | undefined;
  readonly subject: string;
}

export interface Circumstances {
  /** Market time, epoch milliseconds. */
  readonly now: number;
  /** null: none is known. */
  readonly price: Decimal | null;
  /** The stricter of the account's and the server's. */
  readonly state: TradingState;
}

export type Verdict =
  /** The same person has said the same before. */
  | { readonly kind: 'same' }
  | { readonly kind: 'next'; readonly next: Approval }
  /** `next`: what it becomes with that; null: it stays as it is. */
  | { readonly kind: 'refused'; readonly error: CodedError; readonly next: Approval | null };

const ANONYMOUS = 'anonymous:';
const isAnonymous = (subject: string): boolean => subject.startsWith(ANONYMOUS);

/** What time or the market has made of it; null: nothing yet. */
export const endedBy = ({ expiresAt, price: shown, maxDrift }: Approval, now: number, price: Decimal | null): 'expired' | 'drifted' | null => {
  if (!(now < expiresAt)) return 'expired';
  return price && !price.minus(shown).abs().lte(shown.times(maxDrift)) ? 'drifted' : null;
};

export const changed = (approval: Approval, change: Partial<Approval>, now: number): Approval => ({ ...approval, ...change, updatedAt: now, version: approval.version + 1 });

/** What an answer makes of an approval. Pure; an edit's intent has still to pass the gates. */
export function verdictOf(approval: Approval, answer: Answer, { now, price, state }: Circumstances): Verdict {
  if (approval.status !== 'waiting') return isRepeated(approval, answer) ? { kind: 'same' } : refused(over(approval));
  const ended = endedBy(approval, now, answer.decision === 'reject' ? null : price);
  if (ended === 'expired') return refused(expired(approval), changed(approval, { status: 'expired' }, now));
  if (answer.hash !== approval.hash) return refused(new CodedError('HASH_MISMATCH', 'It is not what was shown: look at it again and send the hash that is shown with it', [], { hash: approval.hash }));
  const note = answer.note ?? approval.note;
  if (answer.decision === 'reject') return { kind: 'next', next: changed(approval, { status: 'rejected', note, decidedBy: answer.subject }, now) };
  if (ended === 'drifted') return refused(drifted(approval, price), changed(approval, { status: 'drifted' }, now));
  if (!price) return refused(new CodedError('NOT_READY', `No price of ${approval.symbol} is known yet: try again with the next one`));
  if (state !== 'ACTIVE' && !approval.intent.reduceOnly) {
    return refused(new CodedError('STATE_FORBIDS', `Trading of ${approval.accountId} is ${state}, and this is not reduce-only: reject it, or set the state ACTIVE first`, [], { state }));
  }
  return answer.decision === 'edit' ? edit(approval, answer, now, price, note) : approve(approval, answer.subject, now, note);
}

function approve(approval: Approval, subject: string, now: number, note: string | null): Verdict {
  const { needed, given } = approval;
  if (given.some(({ by }) => by === subject)) return refused(new CodedError('SAME_APPROVER', `${subject} has agreed already: ${needed} persons are needed, so another one must`));
  if (isAnonymous(subject) && given.length > 0) {
    return refused(new CodedError('SAME_APPROVER', 'Who has no token may be the same person as before: turn on authentication (AUTH_REQUIRED=true and AUTH_JWT_SECRET), and let each person agree with a token of their own'));
  }
  // whoever agreed without a name may be the one who now gives it
  const all: readonly Given[] = [...given.filter(({ by }) => !isAnonymous(by)), { by: subject, at: now }];
  return { kind: 'next', next: changed(approval, { given: all, status: all.length >= needed ? 'approved' : 'waiting', note, decidedBy: subject }, now) };
}

function edit(approval: Approval, { edits, subject }: Answer, now: number, price: Decimal, note: string | null): Verdict {
  try {
    const intent = applyEdits(approval.intent, edits ?? {}, price);
    const hash = intentHash({ ...approval, intent, price });
    return { kind: 'next', next: changed(approval, { intent, price, hash, given: [], note, decidedBy: subject }, now) };
  } catch (error) {
    if (error instanceof CodedError) return refused(error);
    throw error;
  }
}

/** An answer that was lost on its way back is given again. */
function isRepeated({ status, given, hash, decidedBy }: Approval, answer: Answer): boolean {
  if (answer.hash !== hash) return false;
  if (answer.decision === 'approve') return (status === 'approved' || status === 'done' || status === 'refused') && given.some(({ by }) => by === answer.subject);
  return answer.decision === 'reject' && status === 'rejected' && decidedBy === answer.subject;
}

/** The same code whether the clock, the market or an answer was first to find out. */
function over(approval: Approval): CodedError {
  if (approval.status === 'expired') return expired(approval);
  if (approval.status === 'drifted') return drifted(approval, null);
  const { status, decidedBy, updatedAt } = approval;
  const by = decidedBy === null ? '' : ` by ${decidedBy}`;
  const became = status === 'rejected' ? `It was rejected${by}` : status === 'refused' ? `It was approved${by} and refused by a risk gate` : `It was approved${by}`;
  return new CodedError('STATE_FORBIDS', `${became} at ${new Date(updatedAt).toISOString()}: nothing can be changed any more`, [], { status });
}

const expired = ({ expiresAt }: Approval): CodedError =>
  new CodedError('EXPIRED', `It expired at ${new Date(expiresAt).toISOString()}: whoever wants it still must ask again`, [], { status: 'expired' });

const drifted = ({ price: shown, maxDrift }: Approval, price: Decimal | null): CodedError => new CodedError(
  'PRICE_DRIFTED',
  `The price ${price ? `is ${price.toFixed()} and ` : ''}has moved more than ${(maxDrift * 100).toFixed(2)} % from the ${shown.toFixed()} that was shown: whoever wants it still must ask again`,
  [], { status: 'drifted', shown_price: shown.toNumber(), ...(price && { price: price.toNumber() }) },
);

const refused = (error: CodedError, next: Approval | null = null): Verdict => ({ kind: 'refused', error, next });
