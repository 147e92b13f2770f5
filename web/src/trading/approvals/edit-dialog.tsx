import { useState } from 'react';
import { ApiError } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import type { Approval } from '../types.js';
import { editable, editsOf, type Draft, type EditField } from './edits.js';
import { RefusedNote } from './refused-note.js';
import { useAnswer } from './use-answer.js';

const LABELS: Readonly<Record<EditField, string>> = { quantity: 'Quantity', limit_price: 'Limit price', stop_price: 'Stop price', target: 'Target', stop: 'Stop' };

/** Quantity and levels as a person wants them. Side and symbol stay. */
export function EditDialog({ approval, onClose }: { readonly approval: Approval; readonly onClose: () => void }) {
  const before = editable(approval);
  const [draft, setDraft] = useState<Draft>(before);
  const [note, setNote] = useState('');
  const answer = useAnswer(approval, onClose);
  const edits = editsOf(before, draft);
  const wrong = (field: EditField): string | undefined =>
    (answer.error instanceof ApiError ? answer.error.errors.find(({ path }) => path === `edits.${field}`)?.message : undefined);
  const save = (): void => answer.mutate({ decision: 'edit', edits, ...(note.trim() && { note: note.trim() }) });
  const fields = Object.keys(before) as EditField[];
  return (
    <Dialog title={`Edit ${approval.symbol}`} onClose={onClose} actions={<Button look="primary" busy={answer.isPending} disabled={Object.keys(edits).length === 0} onClick={save}>Save the edit</Button>}>
      <p>An edit passes every risk gate at once, at the price of now. {approval.needed > 1 ? 'Everybody must agree anew.' : 'Approve it afterwards.'}</p>
      <div className="grid grid-cols-2 gap-3">
        {fields.map((field) => (
          <Field
            key={field} label={LABELS[field]} inputMode="decimal" value={draft[field] ?? ''} error={wrong(field)} {...((field === 'target' || field === 'stop') && { placeholder: 'none' })}
            onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
          />
        ))}
      </div>
      <Field label="Note, for everyone to see" value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
      <div className="-mx-3"><RefusedNote error={answer.error} /></div>
    </Dialog>
  );
}
