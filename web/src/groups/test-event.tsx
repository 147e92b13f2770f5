import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { send } from '../api.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { ErrorNote } from '../ui/states.js';
import type { Group } from './shapes.js';

const PRESETS = [
  { id: 'price_spike', label: 'Price spike', says: 'The price is up 2.4 % within five minutes.' },
  { id: 'news', label: 'News', says: 'An index takes the symbol in, and large holders buy.' },
  { id: 'signal', label: 'Signal', says: 'The panel says BUY, strongly.' },
] as const;

/** Sends an event that is made up around the price as it is. */
export function TestEvent({ group, onClose }: { readonly group: Group; readonly onClose: () => void }) {
  const [preset, setPreset] = useState<string>('signal');
  const sending = useMutation({ mutationFn: () => send('POST', `/api/groups/${group.group_id}/test-event`, { preset }), onSuccess: onClose });
  return (
    <Dialog title={`Test event for ${group.name}`} onClose={onClose} actions={<Button look="primary" busy={sending.isPending} onClick={() => sending.mutate()}>Send the test event</Button>}>
      <p className="text-muted">Made up around the price of {group.symbol} as it is now, and marked as a test.{!group.connected && ' Nobody is connected: it waits until somebody is.'}</p>
      <fieldset className="space-y-1">
        <legend className="sr-only">What happens</legend>
        {PRESETS.map(({ id, label, says }) => (
          <label key={id} className="flex cursor-pointer items-start gap-2 rounded-md border border-line px-2.5 py-2 has-checked:border-accent has-checked:bg-raised">
            <input type="radio" name="preset" value={id} checked={preset === id} onChange={() => setPreset(id)} className="mt-0.5 size-4 accent-accent" />
            <span><span className="font-medium">{label}</span><span className="block text-muted">{says}</span></span>
          </label>
        ))}
      </fieldset>
      {sending.error && <ErrorNote error={sending.error} />}
    </Dialog>
  );
}
