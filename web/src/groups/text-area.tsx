import { useId, type TextareaHTMLAttributes } from 'react';

interface Props extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** Several lines, with label, hint, and what is wrong with them. */
export function TextArea({ label, hint, error, ...rest }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-0.5 block text-xs font-medium text-muted">{label}</label>
      <textarea
        {...rest} id={id} aria-invalid={error === undefined ? undefined : true} aria-describedby={note === undefined ? undefined : `${id}-note`}
        className="w-full rounded-md border border-line bg-surface px-2 py-1 text-sm text-text placeholder:text-muted aria-invalid:border-sell"
      />
      {note !== undefined && <p id={`${id}-note`} className={`mt-0.5 text-xs ${error === undefined ? 'text-muted' : 'text-sell'}`}>{note}</p>}
    </div>
  );
}
