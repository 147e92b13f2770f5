import { change, number } from '../format.js';

const tone = (value: number): string => (value > 0 ? 'text-buy' : value < 0 ? 'text-sell' : 'text-muted');

/** What a closed trade has brought: a share of 1, and money. */
export function Outcome({ share, pnl }: { readonly share: number; readonly pnl: number }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className={`font-semibold ${tone(share)}`}>{change(share * 100)}</span>
      <span className="text-muted"> · {pnl > 0 ? '+' : ''}{number(pnl)}</span>
    </span>
  );
}
