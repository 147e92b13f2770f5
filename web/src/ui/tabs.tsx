import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';

interface Props<Id extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: Id; readonly label: ReactNode }[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
  /** The chosen tab's panel. */
  readonly children: ReactNode;
}

/** Tabs after the ARIA pattern: arrows, Home and End move, one stop for Tab. @public */
export function Tabs<Id extends string>({ label, tabs, chosen, onChoose, children }: Props<Id>) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length]!;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div>
      <div ref={list} role="tablist" aria-label={label} onKeyDown={move} className="flex gap-1 overflow-x-auto border-b border-line px-2">
        {tabs.map(({ id, label: name }) => (
          <button
            key={id} type="button" role="tab" data-tab={id} id={`${base}-${id}`} aria-selected={id === chosen} aria-controls={`${base}-panel`}
            tabIndex={id === chosen ? 0 : -1} onClick={() => onChoose(id)}
            className="-mb-px border-b-2 border-transparent px-2.5 py-1.5 text-sm whitespace-nowrap text-muted hover:text-text aria-selected:border-accent aria-selected:font-semibold aria-selected:text-text"
          >
            {name}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${chosen}`} tabIndex={0}>{children}</div>
    </div>
  );
}
