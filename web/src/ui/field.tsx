import { useId, type InputHTMLAttributes, type ReactElement, type ReactNode, type SelectHTMLAttributes } from 'react';

const INPUT = 'min-h-8 w-full rounded-md border border-line bg-surface px-2 py-1 text-sm text-text placeholder:text-muted aria-invalid:border-sell';

interface Labelled {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** The label is for screen readers only. */
  readonly bare?: boolean;
}

interface Wired {
  readonly id: string;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
}

function Wrapped({ label, hint, error, bare = false, children }: Labelled & { readonly children: (wired: Wired) => ReactElement }) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className={bare ? 'sr-only' : 'mb-0.5 block text-xs font-medium text-muted'}>{label}</label>
      {children({ id, 'aria-invalid': error === undefined ? undefined : true, 'aria-describedby': note === undefined ? undefined : `${id}-note` })}
      {note !== undefined && <p id={`${id}-note`} className={`mt-0.5 text-xs ${error === undefined ? 'text-muted' : 'text-sell'}`}>{note}</p>}
    </div>
  );
}

/** An input with its label, a hint, and what is wrong with it. */
export function Field({ label, hint, error, bare, className = '', ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Wrapped label={label} hint={hint} error={error} bare={bare ?? false}>
      {(wired) => <input {...rest} {...wired} className={`${INPUT} ${className}`} />}
    </Wrapped>
  );
}

/** The same for one of several. @public */
export function Select({ label, hint, error, bare, children, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Wrapped label={label} hint={hint} error={error} bare={bare ?? false}>
      {(wired) => <select {...rest} {...wired} className={INPUT}>{children}</select>}
    </Wrapped>
  );
}
