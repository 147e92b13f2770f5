import { change } from '../../format.js';
import { usePrice } from '../../prices.js';
import { priced } from '../parts.js';
import type { Approval } from '../types.js';

const NEAR = 0.7;

/** How far the price has gone from the one that was shown, of how far it may. */
export function Drift({ approval: { symbol, price: shown, max_drift: most, drift: answered } }: { readonly approval: Approval }) {
  const heard = usePrice(symbol)?.price ?? null;
  const drift = heard === null ? answered ?? null : heard / shown - 1;
  const now = heard ?? (answered == null ? null : shown * (1 + answered));
  const used = drift === null ? 0 : Math.min(1, Math.abs(drift) / most);
  const tone = used >= 1 ? 'text-sell' : used >= NEAR ? 'text-warn' : '';
  return (
    <div className="px-3 py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span><span className="text-muted">Price </span><span className="font-semibold tabular-nums">{priced(now)}</span> <span className="text-xs text-muted tabular-nums">shown {priced(shown)}</span></span>
        <span className={`tabular-nums ${tone}`}><span className="sr-only">Drift </span>{change(drift === null ? null : drift * 100)} <span className="text-xs text-muted">of ±{change(most * 100).replace('+', '')}</span></span>
      </div>
      <div aria-hidden className="relative mt-1 h-1.5 rounded-full bg-raised">
        <div className="absolute inset-y-0 left-1/2 w-px bg-muted" />
        {drift !== null && (
          <div
            className={`absolute inset-y-0 rounded-full ${used >= 1 ? 'bg-sell' : used >= NEAR ? 'bg-warn' : 'bg-accent'}`}
            style={{ left: drift < 0 ? `${50 - used * 50}%` : '50%', width: `${used * 50}%` }}
          />
        )}
      </div>
    </div>
  );
}
