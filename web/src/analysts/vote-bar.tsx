import type { SeatStatistics } from 'conclave/client';
import { number } from '../format.js';
import { abstentions } from './seats.js';

const PARTS = [['BUY', 'bg-buy'], ['SELL', 'bg-sell'], ['HOLD', 'bg-hold'], ['abstained', 'bg-line']] as const;

/** Its votes by action as one bar, what is missing from the whole being abstentions. */
export function VoteBar({ of }: { readonly of: SeatStatistics }) {
  const { asked, votes } = of;
  if (asked === 0) return <span className="text-xs text-muted">not asked yet</span>;
  const counts = { ...votes, abstained: abstentions(of) };
  const words = PARTS.map(([part]) => `${number(counts[part], 0)} ${part}`).join(', ');
  return (
    <span role="img" aria-label={words} title={words} className="block min-w-24">
      <span className="flex h-2 w-full gap-px overflow-hidden rounded-full bg-raised">
        {PARTS.map(([part, colour]) => <span key={part} className={colour} style={{ width: `${(counts[part] / asked) * 100}%` }} />)}
      </span>
      <span className="mt-0.5 grid grid-cols-3 text-xs text-muted tabular-nums"><span className="text-buy">{number(votes.BUY, 0)}</span><span className="text-center text-sell">{number(votes.SELL, 0)}</span><span className="text-right">{number(votes.HOLD, 0)}</span></span>
    </span>
  );
}
