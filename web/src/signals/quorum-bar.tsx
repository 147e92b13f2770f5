import { percent } from '../format.js';

const FILLS: Readonly<Record<string, string>> = { BUY: 'bg-buy', SELL: 'bg-sell', HOLD: 'bg-hold' };

interface Props {
  readonly support: Readonly<Record<string, number>>;
  readonly action: string;
  readonly threshold: number;
}

/** All the weight as one bar, what decided first, and where the quorum is. */
export function QuorumBar({ support, action, threshold }: Props) {
  // where nothing has the quorum, what came closest is held against it
  const bySize = Object.keys(support).sort((a, b) => (support[b] ?? 0) - (support[a] ?? 0));
  const first = (support[action] ?? 0) >= threshold ? action : (bySize[0] ?? action);
  const order = [first, ...bySize.filter((other) => other !== first)];
  const words = order.map((each) => `${each} ${percent(support[each] ?? 0)}`).join(', ');
  return (
    <div role="img" aria-label={`${words} of the weight; the quorum is ${percent(threshold)}`} className="relative pt-5">
      <div className="flex h-4 gap-px overflow-hidden rounded bg-raised">
        {order.map((each) => <span key={each} className={`${FILLS[each] ?? ''} ${each === first ? '' : 'opacity-50'}`} style={{ width: `${(support[each] ?? 0) * 100}%` }} />)}
      </div>
      <span className="absolute top-4 -bottom-1 w-0.5 -translate-x-1/2 bg-text" style={{ left: `${threshold * 100}%` }} />
      <span className="absolute top-0 -translate-x-1/2 text-xs whitespace-nowrap text-muted" style={{ left: `${Math.min(threshold * 100, 88)}%` }}>quorum {percent(threshold)}</span>
    </div>
  );
}
