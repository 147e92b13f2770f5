import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly value: number;
  /** The end of its scale; 0: none. */
  readonly most: number;
  /** The figures as text. */
  readonly children: ReactNode;
}

/** How full something is; it warns from nine tenths on. */
export function Meter({ label, value, most, children }: Props) {
  const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
  return (
    <div>
      <div className="flex items-baseline justify-between gap-3 text-sm"><span className="min-w-0 truncate" title={label}>{label}</span><span className="shrink-0 text-xs text-muted tabular-nums">{children}</span></div>
      <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={most} aria-valuenow={Math.min(value, most)} className="mt-0.5 h-1.5 overflow-hidden rounded-full bg-raised">
        <div className={`h-full rounded-full ${share >= 0.9 ? 'bg-warn' : 'bg-accent'}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
