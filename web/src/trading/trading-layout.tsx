import { Link, Outlet } from '@tanstack/react-router';
import { useConnection } from '../live.js';
import { ListenToTrading } from './listen.js';
import { StateStrip } from './state/state-strip.js';

const PLACES = [
  { to: '/trading', label: 'Overview', exact: true }, { to: '/trading/approvals', label: 'Approvals' }, { to: '/trading/agents', label: 'Agents' },
  { to: '/trading/assets', label: 'Assets' }, { to: '/trading/orders', label: 'Orders' }, { to: '/trading/decisions', label: 'Decisions' },
] as const;

/** What all pages of trading share: where to go, whether may be traded, and the rooms. */
export function TradingLayout() {
  const { lostAt } = useConnection();
  return (
    <div className="space-y-3">
      <ListenToTrading />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <nav aria-label="Trading" className="flex min-w-0 gap-1 overflow-x-auto">
          {PLACES.map(({ to, label, ...rest }) => (
            <Link
              key={to} to={to} activeOptions={{ exact: 'exact' in rest }} activeProps={{ 'aria-current': 'page' }}
              className="rounded-md px-2.5 py-1.5 text-sm whitespace-nowrap text-muted hover:bg-raised hover:text-text aria-[current]:bg-raised aria-[current]:font-semibold aria-[current]:text-text"
            >
              {label}
            </Link>
          ))}
        </nav>
        <StateStrip />
      </div>
      <div className={lostAt === null ? '' : 'opacity-60'}><Outlet /></div>
    </div>
  );
}
