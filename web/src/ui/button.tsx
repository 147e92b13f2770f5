import type { ButtonHTMLAttributes } from 'react';

const LOOKS = {
  primary: 'bg-accent text-on-accent border-transparent hover:brightness-110',
  plain: 'bg-surface text-text border-line hover:bg-raised',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-raised hover:text-text',
  danger: 'bg-surface text-sell border-sell hover:bg-raised',
} as const;

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof LOOKS;
  /** Disabled, and says that it works. */
  readonly busy?: boolean;
}

/** A button without words needs an `aria-label`. */
export function Button({ look = 'plain', busy = false, disabled, className = '', type = 'button', ...rest }: Props) {
  return (
    <button
      {...rest} type={type} disabled={disabled || busy} aria-busy={busy || undefined}
      className={`inline-flex min-h-8 items-center justify-center gap-1.5 rounded-md border px-3 py-1 text-sm font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-55 ${LOOKS[look]} ${className}`}
    />
  );
}
