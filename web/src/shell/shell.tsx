import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';
import { auth } from '../auth.js';
import { live } from '../live.js';
import { symbolsQuery } from '../market.js';
import { useStore } from '../store.js';

import { Empty, ErrorNote } from '../ui/states.js';
import { ConnectionBanner } from './connection-banner.js';
import { Header } from './header.js';
import { Login } from './login.js';
import { Notices } from './notices.js';

/** The frame around each page. */
export function Shell() {
  const { needed } = useStore(auth);
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title ?? 'Conclave' });
  useEffect(() => {
    document.title = title === 'Conclave' ? title : `${title} · Conclave`;
  }, [title]);

  useEffect(() => void live(), []);
  useQuery(symbolsQuery); // a refused WebSocket tells a browser nothing: by this each page learns at once that a token is wanted
  if (needed) return <Login why={needed.why} />;
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2">Skip to the content</a>
      <Header />
      <ConnectionBanner />
      <Notices />
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[110rem] flex-1 p-2 outline-none sm:p-3">
        <Outlet />
      </main>
    </div>
  );
}

export function NotFound() {
  return <Empty title="There is no such page."><Link to="/" className="text-accent underline">To the watch list</Link></Empty>;
}

export function Broken({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return <div className="p-4"><ErrorNote error={error} again={reset} /></div>;
}
