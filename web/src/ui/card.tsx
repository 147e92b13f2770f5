import { useId, type ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** At the end of the title's line. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A section with its heading. */
export function Card({ title, aside, className = '', children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`panel min-w-0 ${className}`}>
      <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
        <h2 id={id} className="eyebrow">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
