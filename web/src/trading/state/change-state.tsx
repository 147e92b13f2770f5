import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient, send } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import { ErrorNote } from '../../ui/states.js';
import { stateQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { TradingState, TradingStates } from '../types.js';

const CHOICES: readonly TradingState[] = ['HALTED', 'REDUCING'];
const MEANING: Readonly<Record<TradingState, string>> = {
  HALTED: 'No order that adds exposure passes, and those that wait are cancelled. Protective orders stay, and positions can be reduced.',
  REDUCING: 'Only what reduces a position passes. Orders that wait stay.',
  ACTIVE: 'Orders pass the risk gates again, and agents trade with their next cycle.',
};
const VERBS: Readonly<Record<TradingState, string>> = { HALTED: 'Halt', REDUCING: 'Only reduce', ACTIVE: 'Resume' };
const LOOKS = { HALTED: 'Halt everything', REDUCING: 'Only reduce' } as const;

interface Props {
  /** null: all. */
  readonly account: string | null;
  readonly to: TradingState;
  readonly onClose: () => void;
}

/** Asks once, with room for a reason that everybody sees. */
export function ChangeState({ account, to, onClose }: Props) {
  const [state, setState] = useState(to);
  const [reason, setReason] = useState('');
  const whose = account === null ? 'all trading' : `trading of ${account}`;
  const change = useMutation({
    mutationFn: () => send<TradingStates>('POST', '/api/trading/state', { state, ...(account !== null && { account_id: account }), ...(reason.trim() && { reason: reason.trim() }) }),
    onSuccess: (now) => {
      queryClient.setQueryData(stateQuery.queryKey, now);
      for (const part of ['accounts', 'agents', 'agent', 'assets', 'asset'] as const) touch(part);
      onClose();
    },
  });
  return (
    <Dialog
      title={`${VERBS[to]} ${whose}?`} onClose={onClose}
      actions={<Button look={state === 'ACTIVE' ? 'primary' : 'danger'} busy={change.isPending} onClick={() => change.mutate()}>{VERBS[state]} {whose}</Button>}
    >
      {to !== 'ACTIVE' && (
        <fieldset className="flex flex-wrap gap-4">
          <legend className="sr-only">How far</legend>
          {CHOICES.map((each) => (
            <label key={each} className="flex items-center gap-1.5"><input type="radio" name="state" checked={state === each} onChange={() => setState(each)} />{LOOKS[each as keyof typeof LOOKS]}</label>
          ))}
        </fieldset>
      )}
      <p>{MEANING[state]}</p>
      <Field label="Reason, for everyone to see" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      {change.error && <ErrorNote error={change.error} />}
    </Dialog>
  );
}
