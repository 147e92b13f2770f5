import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fullTime } from '../../format.js';
import { Button } from '../../ui/button.js';
import { StateBadge } from '../parts.js';
import { stateQuery } from '../queries.js';
import type { TradingState } from '../types.js';
import { gateWord, personWord } from '../words.js';
import { ChangeState } from './change-state.js';

/** May be traded, of all accounts; and the switch. */
export function StateStrip() {
  const { data, error } = useQuery(stateQuery);
  const [asked, setAsked] = useState<TradingState | null>(null);
  if (error) return <span role="alert" className="text-sm text-sell">Whether may be traded is not known: {error.message}</span>;
  if (!data) return null;
  const { state, code, reason, by, since } = data;
  return (
    <div role="group" aria-label="Trading of all accounts" className={`flex flex-wrap items-center gap-2 rounded-md ${state === 'ACTIVE' ? '' : 'bg-warn-ground px-2 py-1'}`}>
      <span className="text-xs text-muted">All trading</span>
      <StateBadge state={state} />
      {state !== 'ACTIVE' && (
        <span className="text-xs text-warn" title={since === null ? undefined : fullTime(since)}>
          {[code && gateWord(code), reason !== `by ${by}` && reason, by && `by ${personWord(by)}`].filter(Boolean).join(' · ')}
        </span>
      )}
      {state === 'HALTED' ? <Button onClick={() => setAsked('ACTIVE')}>Resume…</Button> : <Button look="danger" onClick={() => setAsked('HALTED')}>Halt…</Button>}
      {asked && <ChangeState account={null} to={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}
