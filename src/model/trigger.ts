export const DEPTHS = ['fast', 'deep'] as const;
export type Depth = (typeof DEPTHS)[number];

/** What made a run happen; goes into the signal as it is. */
export type Trigger =
  | { readonly kind: 'price_move'; readonly change_pct: number }
  | { readonly kind: 'schedule' }
  | { readonly kind: 'first_subscription' }
  | { readonly kind: 'request'; readonly subject: string }
  | { readonly kind: 'candle' };
