import type { ReactNode } from 'react';
import { Button } from './button.js';

/** Something comes; says so to screen readers as well. */
export function Loading({ what = 'Loading' }: { readonly what?: string }) {
  return (
    <div role="status" className="flex items-center justify-center gap-2 p-6 text-muted">
      <span aria-hidden className="size-3.5 animate-spin rounded-full border-2 border-line border-t-accent" />
      {what}…
    </div>
  );
}

/** Nothing is there, and what would change that. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="p-6 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="mt-1 text-sm text-muted">{children}</div>}
    </div>
  );
}

/** Something failed: what, in the server's words, and a way on. */
export function ErrorNote({ error, again }: { readonly error: unknown; readonly again?: (() => void) | undefined }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md border border-sell/50 px-3 py-2 text-sm">
      <span className="min-w-0 flex-1"><strong className="font-semibold text-sell">Failed.</strong> {error instanceof Error ? error.message : String(error)}</span>
      {again && <Button onClick={again}>Try again</Button>}
    </div>
  );
}
