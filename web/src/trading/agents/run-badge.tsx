import { Badge } from '../../ui/badge.js';
import type { Agent } from '../types.js';

type Run = Pick<Agent, 'paused' | 'is_running' | 'state' | 'reason' | 'error'>;

/** Whether it decides, and may trade; why not in the title. */
export function RunBadge({ agent: { paused, is_running: runs, state, reason, error } }: { readonly agent: Run }) {
  const title = reason ?? error ?? undefined;
  if (paused) return <Badge tone="warn" {...(title && { title })}><span aria-hidden>❚❚</span>paused</Badge>;
  if (state === 'HALTED' || state === 'REDUCING') return <Badge tone={state === 'HALTED' ? 'sell' : 'warn'} {...(title && { title })}><span aria-hidden>■</span>{state}</Badge>;
  if (!runs) return <Badge title="Its account is not traded by this server">not traded</Badge>;
  return error ? <Badge tone="warn" title={error}>last cycle failed</Badge> : <Badge tone="buy"><span aria-hidden>●</span>running</Badge>;
}
