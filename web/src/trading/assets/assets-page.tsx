import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { usePrice } from '../../prices.js';
import { Age } from '../../signal-parts.js';
import { Badge } from '../../ui/badge.js';
import { Stat } from '../../ui/stat.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { AgentControls } from '../agents/controls.js';
import { RunBadge } from '../agents/run-badge.js';
import { Listen } from '../listen.js';
import { Gain, MoneyBadge, priced, quantity, SideBadge } from '../parts.js';
import { accountsQuery, assetsQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { Account, AssetItem } from '../types.js';
import { unrealisedAt } from '../use-marks.js';
import { actionWord } from '../words.js';

const changed = (): void => touch('assets');
const HEARD = { agent_status: changed, trade_executed: changed, decision: changed } as const;

/** Symbols that an agent of their own trades. */
export function AssetsPage() {
  const { data: assets, error, refetch } = useQuery(assetsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  if (error && !assets) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!assets) return <Loading what="Loading the assets" />;
  return (
    <>
      <h1 className="sr-only">Assets</h1>
      {assets.length === 0 && <div className="panel"><Empty title="No asset is traded.">Name assets in config/agents.yaml: each symbol gets an agent and an account of its own.</Empty></div>}
      <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {assets.map((asset) => (
          <li key={asset.symbol} className="min-w-0">
            <Listen room={`agent:${asset.agent_id}`} on={HEARD} onJoined={changed} />
            <AssetCard asset={asset} account={accounts?.find(({ account_id: id }) => id === asset.agent_id) ?? null} />
          </li>
        ))}
      </ul>
    </>
  );
}

function AssetCard({ asset, account }: { readonly asset: AssetItem; readonly account: Account | null }) {
  const { symbol, name, paused, interval, position, total_pnl: total, last_action: last, agent_id: agentId } = asset;
  const price = usePrice(symbol)?.price ?? asset.price;
  const currency = account?.currency ?? 'USD';
  return (
    <article aria-label={symbol} data-asset={symbol} className="panel flex h-full flex-col gap-3 p-3">
      <header className="flex flex-wrap items-start justify-between gap-2">
        <div>
          <h2 className="text-lg leading-tight font-semibold"><Link to="/trading/assets/$symbol" params={{ symbol }} className="hover:text-accent hover:underline">{symbol}</Link></h2>
          {name !== symbol && <p className="text-xs text-muted">{name}</p>}
        </div>
        <div className="text-right">
          <p className="text-lg leading-tight font-semibold tabular-nums">{priced(price)}</p>
          {account && <MoneyBadge broker={account.broker} />}
        </div>
      </header>
      <dl className="grid grid-cols-2 gap-3">
        <Stat label="P&L"><Gain of={total} currency={currency} /></Stat>
        <Stat label="Position" note={position && <Gain of={unrealisedAt(price ?? position.mark_price, position)} currency={currency} />}>{position ? <span className="inline-flex items-center gap-1.5"><SideBadge side={position.side} />{quantity(position.quantity)}</span> : 'flat'}</Stat>
      </dl>
      <p className="min-h-10 text-sm text-muted">{last ? <><Badge>{actionWord(last.action)}</Badge> <Age since={last.timestamp} /> ago: <span className="line-clamp-2" title={last.message}>{last.message}</span></> : 'It has not acted yet.'}</p>
      <footer className="mt-auto flex flex-wrap items-center gap-2 border-t border-line pt-2">
        <RunBadge agent={{ paused, is_running: true, state: account?.state ?? null, reason: account?.reason ?? null, error: null }} />
        <div className="ml-auto"><AgentControls agentId={agentId} name={symbol} paused={paused} intervalS={interval} /></div>
      </footer>
    </article>
  );
}
