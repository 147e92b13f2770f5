import { useState } from 'react';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import type { Approval } from '../types.js';
import { RefusedNote } from './refused-note.js';
import { useAnswer } from './use-answer.js';

export function RejectDialog({ approval, title, onClose }: { readonly approval: Approval; readonly title: string; readonly onClose: () => void }) {
  const [note, setNote] = useState('');
  const answer = useAnswer(approval, onClose);
  const reject = (): void => answer.mutate({ decision: 'reject', ...(note.trim() && { note: note.trim() }) });
  return (
    <Dialog title={`Reject: ${title}?`} onClose={onClose} actions={<Button look="danger" busy={answer.isPending} onClick={reject}>Reject</Button>}>
      <p>Nothing is ordered. Whoever wants it still must ask again.</p>
      <Field label="Note, for everyone to see" value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
      <div className="-mx-3"><RefusedNote error={answer.error} /></div>
    </Dialog>
  );
}
