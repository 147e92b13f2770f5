import { ConclaveError, type AnalysisAccepted } from 'conclave/client';
import { useEffect, useState } from 'react';
import { live, useConnection } from '../live.js';
import type { LiveRun } from '../symbols.js';
import { Button } from '../ui/button.js';

type Depth = AnalysisAccepted['depth'];

type Asked =
  | { readonly name: 'idle' }
  | { readonly name: 'asking'; readonly depth: Depth }
  | { readonly name: 'accepted'; readonly depth: Depth; readonly runId: string; readonly shared: boolean }
  | { readonly name: 'refused'; readonly message: string; readonly until: number };

const SECOND_MS = 1_000;
const LONGEST_RUN_MS = 300_000;

/** Whole seconds until a time of this machine, counting down; 0 once over. */
function useCountdown(until: number): number {
  const [now, setNow] = useState(() => Date.now());
  const over = until <= now;
  useEffect(() => {
    const tick = (): void => setNow(Date.now());
    tick();
    if (over) return;
    const timer = setInterval(tick, SECOND_MS / 4);
    return () => clearInterval(timer);
  }, [until, over]);
  return Math.max(0, Math.ceil((until - now) / SECOND_MS));
}

interface Props {
  readonly symbol: string;
  readonly runs: readonly LiveRun[];
  readonly seats: number;
}

/** Asks the panel, and says how far it is. */
export function Analyse({ symbol, runs, seats }: Props) {
  const [asked, setAsked] = useState<Asked>({ name: 'idle' });
  const { state } = useConnection();
  const wait = useCountdown(asked.name === 'refused' ? asked.until : 0);
  const run = asked.name === 'accepted' ? runs.find(({ runId }) => runId === asked.runId) : undefined;
  const depth = asked.name === 'asking' || (asked.name === 'accepted' && !run?.signal && !run?.failed) ? asked.depth : null;
  useEffect(() => {
    if (asked.name !== 'accepted') return;
    const timer = setTimeout(() => setAsked({ name: 'idle' }), LONGEST_RUN_MS); // its end was in a gap
    return () => clearTimeout(timer);
  }, [asked]);
  const ask = (wanted: Depth): void => {
    setAsked({ name: 'asking', depth: wanted });
    live().analyze(symbol, wanted).then(
      ({ run_id: runId, shared }) => setAsked({ name: 'accepted', depth: wanted, runId, shared }),
      (error: unknown) => {
        const waitMs = error instanceof ConclaveError ? error.retryAfterMs : 0;
        setAsked({ name: 'refused', message: error instanceof Error ? error.message : String(error), until: Date.now() + waitMs });
      },
    );
  };
  const disabled = depth !== null || wait > 0 || state.name !== 'open';
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button look="primary" busy={depth === 'fast'} disabled={disabled} onClick={() => ask('fast')}>Analyse</Button>
      <Button busy={depth === 'deep'} disabled={disabled} onClick={() => ask('deep')} title="With a debate of the model seats, where there are any">Deep</Button>
      <span role="status" className="text-xs text-muted">{words(asked, run, seats, wait)}</span>
    </div>
  );
}

function words(asked: Asked, run: LiveRun | undefined, seats: number, wait: number): string {
  switch (asked.name) {
    case 'idle': return '';
    case 'asking': return 'Asking…';
    case 'refused': return wait > 0 ? `Asked too often: again in ${wait} s.` : asked.message;
    case 'accepted':
      if (run?.failed) return run.failed.message;
      if (run?.signal) return `${run.signal.action}${asked.shared ? ', by a run that was under way' : ''}.`;
      return `Voting: ${Object.keys(run?.votes ?? {}).length} of ${seats}`;
  }
}
