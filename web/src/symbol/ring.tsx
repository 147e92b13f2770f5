import type { SignalUpdate } from 'conclave/client';
import { percent } from '../format.js';
import { strengthWord } from '../signal-parts.js';

const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;
const COLOURS: Readonly<Record<string, string>> = { BUY: 'var(--buy)', SELL: 'var(--sell)', HOLD: 'var(--hold)' };

interface Arc {
  readonly action: string;
  readonly from: number;
  readonly share: number;
}

/** The action's support first, from twelve o'clock, so that it is compared with the quorum's mark; then the others'. */
function arcs({ action, agents_consensus: consensus }: SignalUpdate): Arc[] {
  const support = (consensus as { support?: Readonly<Record<string, number>> }).support ?? { [action]: consensus.agreement };
  const order = [action, ...Object.keys(support).filter((other) => other !== action)];
  let from = 0;
  return order.map((each) => {
    const share = support[each] ?? 0;
    const arc = { action: each, from, share };
    from += share;
    return arc;
  });
}

/** The consensus: how much of the weight stands behind the action, and where the quorum is. */
export function Ring({ signal }: { readonly signal: SignalUpdate }) {
  const { action, agents_consensus: { agreement, threshold, consensus_strength: strength } } = signal;
  const angle = threshold * 2 * Math.PI - Math.PI / 2;
  const mark = (radius: number): { x: number; y: number } => ({ x: 64 + radius * Math.cos(angle), y: 64 + radius * Math.sin(angle) });
  const [inner, outer] = [mark(RADIUS - 11), mark(RADIUS + 11)];
  return (
    <svg
      viewBox="0 0 128 128" className="size-36 shrink-0" role="img"
      aria-label={`${action}, ${strengthWord(strength)}: ${percent(agreement)} of the weight agree, ${percent(threshold)} are the quorum`}
    >
      <circle cx="64" cy="64" r={RADIUS} fill="none" stroke="var(--raised)" strokeWidth="12" />
      {arcs(signal).filter(({ share }) => share > 0).map(({ action: each, from, share }) => (
        <circle
          key={each} cx="64" cy="64" r={RADIUS} fill="none" stroke={COLOURS[each]} strokeWidth={each === action ? 12 : 6} opacity={each === action ? 1 : 0.55}
          strokeDasharray={`${Math.max(0, share * ROUND - 1.5)} ${ROUND}`} strokeDashoffset={-from * ROUND} transform="rotate(-90 64 64)"
        />
      ))}
      <line x1={inner.x} y1={inner.y} x2={outer.x} y2={outer.y} stroke="var(--text)" strokeWidth="2.5" strokeLinecap="round" />
      <text x="64" y="62" textAnchor="middle" fontSize="21" fontWeight="700" fill={COLOURS[action]}>{action}</text>
      <text x="64" y="79" textAnchor="middle" fontSize="12" fill="var(--text)">{percent(agreement)}</text>
      <text x="64" y="92" textAnchor="middle" fontSize="9.5" fill="var(--muted)">{strengthWord(strength)}</text>
    </svg>
  );
}
