import { change } from '../../format.js';

const NEAR = 0.7;

/** How much of a limit is used up; shares of the equity. */
export function LossBar({ label, lost, limit }: { readonly label: string; readonly lost: number; readonly limit: number | null }) {
  const share = Math.max(0, lost);
  const used = limit === null ? 0 : Math.min(1, share / limit);
  return (
    <div>
      <p className="flex justify-between text-xs"><span className="text-muted">{label}</span><span className="tabular-nums">{change(-share * 100)}{limit !== null && <span className="text-muted"> of {change(-limit * 100)}</span>}</span></p>
      {limit !== null && (
        <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(used * 100)} aria-valuetext={`${Math.round(used * 100)} % of the limit`} className="mt-0.5 h-1.5 overflow-hidden rounded-full bg-raised">
          <div className={`h-full rounded-full ${used >= 1 ? 'bg-sell' : used >= NEAR ? 'bg-warn' : 'bg-accent'}`} style={{ width: `${used * 100}%` }} />
        </div>
      )}
    </div>
  );
}
