import type { ReactNode } from 'react';

const TONES = {
  buy: 'text-buy border-buy/45',
  sell: 'text-sell border-sell/45',
  hold: 'text-hold border-line',
  warn: 'text-warn border-warn/45 bg-warn-ground',
  plain: 'text-muted border-line',
} as const;

export type Tone = keyof typeof TONES;

/** The tone of a stance; never the only thing that tells it. */
export const toneOf = (stance: string): Tone => (stance === 'BUY' ? 'buy' : stance === 'SELL' ? 'sell' : stance === 'HOLD' ? 'hold' : 'plain');

export function Badge({ tone = 'plain', title, children }: { readonly tone?: Tone; readonly title?: string; readonly children: ReactNode }) {
  return <span title={title} className={`inline-flex items-center gap-1 rounded border px-1.5 text-xs leading-5 font-semibold whitespace-nowrap ${TONES[tone]}`}>{children}</span>;
}
