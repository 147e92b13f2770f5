import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { Button } from './button.js';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** Buttons at the end; `Cancel` stands before them. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** From the last to the first and back; the browser by itself would go through its own bars in between. */
function wrap(event: KeyboardEvent<HTMLDialogElement>): void {
  if (event.key !== 'Tab') return;
  const inside = [...event.currentTarget.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const [edge, other] = event.shiftKey ? [inside[0], inside.at(-1)] : [inside.at(-1), inside[0]];
  if (document.activeElement !== edge) return;
  event.preventDefault();
  other?.focus();
}

/** Modal while mounted: the focus stays inside, Escape closes, the focus goes back where it was. @public */
export function Dialog({ title, onClose, actions, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    const before = document.activeElement;
    element.showModal();
    return () => {
      element.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog} aria-labelledby={id} onKeyDown={wrap} onCancel={(event) => { event.preventDefault(); onClose(); }}
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface p-0 backdrop:bg-black/50"
    >
      <div className="p-4">
        <h2 id={id} className="text-base font-semibold">{title}</h2>
        <div className="mt-3 space-y-3 text-sm">{children}</div>
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{actions === undefined ? 'Close' : 'Cancel'}</Button>
          {actions}
        </div>
      </div>
    </dialog>
  );
}
