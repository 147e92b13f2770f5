import { Link, useMatches, useRouter } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { auth, signOut } from '../auth.js';
import { zone } from '../format.js';
import { useConnection } from '../live.js';
import { useStore } from '../store.js';
import { theme, THEMES, type Theme } from '../theme.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';

const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function Navigation() {
  const { inNavigation } = useRouterPages();
  const here = useMatches({ select: (matches) => matches.at(-1)?.staticData });
  return (
    <nav aria-label="Pages" className="-mb-px flex min-w-0 gap-1 overflow-x-auto max-sm:order-last max-sm:w-full">
      {inNavigation.map(({ to, nav, badge: Waiting }) => (
        <Link
          key={to} to={to} aria-current={here?.nav === nav || here?.under === nav ? 'page' : undefined} activeProps={{}}
          className="border-b-2 border-transparent px-2.5 py-2.5 text-sm font-medium whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:text-text max-sm:py-1.5"
        >
          {nav}{Waiting && <Waiting />}
        </Link>
      ))}
    </nav>
  );
}

/** The pages that have a word in the navigation. Asked of the router, as they import this frame. */
function useRouterPages(): { readonly inNavigation: readonly { readonly to: string; readonly nav: string; readonly badge: ComponentType | undefined }[] } {
  const { routeTree } = useRouter();
  const children = Object.values((routeTree as { children?: object }).children ?? {}) as readonly { fullPath: string; options: { staticData?: { nav?: string; badge?: ComponentType } } }[];
  return { inNavigation: children.flatMap(({ fullPath, options }) => (options.staticData?.nav ? [{ to: fullPath, nav: options.staticData.nav, badge: options.staticData.badge }] : [])) };
}

function ConnectionLight() {
  const { state } = useConnection();
  const [word, colour] = state.name === 'open' ? ['Live', 'bg-buy'] : state.name === 'closed' ? ['Ended', 'bg-sell'] : ['Connecting', 'bg-warn'];
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted" role="status" aria-label={`Connection: ${word}`}>
      <span aria-hidden className={`size-2 rounded-full ${colour}`} /><span aria-hidden className="max-sm:hidden">{word}</span>
    </span>
  );
}

/** Times stand without their zone everywhere else. */
function Zone() {
  const { name, place } = zone();
  return <span title={`Times are those of ${place}`} className="text-xs whitespace-nowrap text-muted"><span className="sr-only">Times in </span>{name}</span>;
}

export function Header() {
  const { feed } = useConnection();
  const chosen = useStore(theme);
  const { token } = useStore(auth);
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-surface">
      <div className="mx-auto flex max-w-[110rem] flex-wrap items-center gap-x-4 px-3">
        <Link to="/" className="py-2 text-base font-bold tracking-tight">Conclave</Link>
        <Navigation />
        <div className="ml-auto flex items-center gap-3 py-1">
          {feed?.simulated && <Badge tone="warn" title="Prices are made up by the server's simulated feed">SIMULATED</Badge>}
          {feed && !feed.simulated && <Badge title="Where prices come from">{feed.name}</Badge>}
          {feed?.stale && !feed.ended && <Badge tone="warn" title="No prices come: what is shown is old">STALE</Badge>}
          {feed?.ended && <Badge title="The feed has ended: no new prices come">ENDED</Badge>}
          <ConnectionLight />
          <Zone />
          <label className="flex items-center">
            <span className="sr-only">Theme</span>
            <select value={chosen} onChange={(event) => theme.set(event.target.value as Theme)} className="min-h-8 rounded-md border border-line bg-surface px-1 text-xs text-muted">
              {THEMES.map((name) => <option key={name} value={name}>{THEME_WORDS[name]}</option>)}
            </select>
          </label>
          {token !== null && <Button look="quiet" onClick={signOut}>Sign out</Button>}
        </div>
      </div>
    </header>
  );
}
