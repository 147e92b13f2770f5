import type { Approval } from '../types.js';

export type EditField = 'quantity' | 'limit_price' | 'stop_price' | 'target' | 'stop';
/** As typed. */
export type Draft = Partial<Record<EditField, string>>;

const text = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** What may be changed of this order, as it is. */
export const editable = ({ intent }: Approval): Draft => ({
  quantity: text(intent.quantity),
  ...(intent.limit_price !== undefined && { limit_price: text(intent.limit_price) }),
  ...(intent.stop_price !== undefined && { stop_price: text(intent.stop_price) }),
  ...(!intent.reduce_only && { target: text(intent.target_price), stop: text(intent.stop_loss) }),
});

/** Only what differs. An empty target or stop is none; what else is no number is sent as it is, and the server says what is wrong with it. */
export function editsOf(before: Draft, draft: Draft): Record<string, string | null> {
  const changed = (Object.keys(before) as EditField[]).filter((field) => (draft[field] ?? '').trim() !== before[field]);
  return Object.fromEntries(changed.map((field) => {
    const typed = (draft[field] ?? '').trim();
    return [field, typed === '' && (field === 'target' || field === 'stop') ? null : typed];
  }));
}
