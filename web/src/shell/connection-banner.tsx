import { useEffect, useState, type ReactNode } from 'react';
import { timeOfDay } from '../format.js';
import { useConnection } from '../live.js';
import { Button } from '../ui/button.js';

/** A blink is not worth a banner. */
const QUIET_MS = 400;

/** While the server is away: since when, and that what is shown stays and is caught up. */
export function ConnectionBanner() {
  const { state, lostAt } = useConnection();
  const [shown, setShown] = useState(false);
  const away = lostAt !== null;
  useEffect(() => {
    const timer = setTimeout(() => setShown(away), away ? QUIET_MS : 0);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown || lostAt === null) return null;
  if (state.name === 'closed') {
    return (
      <Strip>
        <span><strong>The connection has ended.</strong> {state.cause?.message ?? ''}</span>
        <Button onClick={() => location.reload()}>Connect again</Button>
      </Strip>
    );
  }
  return (
    <Strip>
      <span><strong>No connection since {timeOfDay(lostAt)}.</strong> What is shown is from then; it is caught up as soon as the server answers.</span>
    </Strip>
  );
}

const Strip = ({ children }: { readonly children: ReactNode }) => (
  <div role="alert" className="flex flex-wrap items-center justify-center gap-3 border-b border-warn/40 bg-warn-ground px-3 py-1.5 text-sm text-warn">{children}</div>
);
