import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ApiError } from '../../api.js';
import { money, number, percent } from '../../format.js';
import { usePrice } from '../../prices.js';
import { Badge } from '../../ui/badge.js';
import { Stat } from '../../ui/stat.js';
import { Empty, ErrorNote, Loading } from '../../ui/states.js';
import { AgentControls } from '../agents/controls.js';
import { useAgentRoom } from '../agents/use-agent.js';
import { CurveCard } from '../curve-card.js';
import { Change, Gain, MoneyBadge, priced, Section, StateBadge } from '../parts.js';
import { PositionTable } from '../position-table.js';
import { accountsQuery, assetsQuery, boardQuery } from '../queries.js';
import { touch } from '../touch.js';
import type { AssetBoard, AssetItem } from '../types.js';
import { Feed } from './feed.js';

export function AssetPage() {
  const { symbol } = useParams({ from: '/trading/assets/$symbol' });
  const { data: assets, error, refetch } = useQuery(assetsQuery);
  if (error && !assets) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!assets) return <Loading what="Loading the asset" />;
  const key = (text: string): string => text.toUpperCase().replace(/[/_-]/g, '');
  const asset = assets.find((each) => key(each.symbol) === key(symbol)); // as the server reads spellings
  if (!asset) return <Empty title={`${symbol} is no asset.`}><Link to="/trading/assets" className="text-accent underline">To the assets</Link></Empty>;
  return <OneAsset key={asset.symbol} asset={asset} />;
}

function OneAsset({ asset: { symbol, name, agent_id: agentId } }: { readonly asset: AssetItem }) {
  const membership = useAgentRoom(agentId, () => touch('asset', symbol));
  const { data: board, error, refetch } = useQuery({ ...boardQuery(symbol), enabled: membership.name !== 'joining' });
  const { data: accounts } = useQuery(accountsQuery);
  if (error && !board) return <ErrorNote error={error} again={error instanceof ApiError && error.status === 404 ? undefined : () => void refetch()} />;
  if (!board) return <Loading what="Loading the asset" />;
  const account = accounts?.find(({ account_id: id }) => id === agentId);
  const currency = account?.currency ?? 'USD';
  return (
    <div className="space-y-3">
      <header className="panel flex flex-wrap items-center gap-x-4 gap-y-2 p-3">
        <div className="min-w-0">
          <p className="text-xs text-muted"><Link to="/trading/assets" className="hover:underline">Assets</Link> / {name}</p>
          <h1 className="flex flex-wrap items-center gap-2 text-xl leading-tight font-bold">{symbol} <Now symbol={symbol} last={board.chart.prices.at(-1) ?? null} /> {board.paused && <Badge tone="warn">paused</Badge>} {account && <MoneyBadge broker={account.broker} />}</h1>
          <p className="mt-0.5 flex flex-wrap items-center gap-2 text-sm text-muted"><StateBadge state={board.trading_state} />{board.reason}</p>
        </div>
        <div className="sm:ml-auto"><AgentControls agentId={agentId} name={symbol} paused={board.paused} intervalS={board.interval} /></div>
      </header>
      <Statistics stats={board.stats} currency={currency} />
      <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0 space-y-3">
          <PriceCurve symbol={symbol} chart={board.chart} />
          <Section title="Open positions">
            {board.positions.length === 0 ? <Empty title="Nothing is held." /> : <PositionTable positions={board.positions} currencyOf={() => currency} />}
          </Section>
        </div>
        <div className="min-w-0 space-y-3">
          <Feed items={board.feed} />
          <Section title="Reflection"><Said text={board.reflection} none="Each closed trade is looked back on." /></Section>
          <Section title="To improve"><Said text={board.improvements} none="What closed trades say is to be changed." /></Section>
        </div>
      </div>
    </div>
  );
}

const curveOf = ({ labels, prices, volumes }: AssetBoard['chart']) => labels.map((at, index) => ({ at, value: prices[index]!, volume: volumes[index]! }));

/** The closed candles, and after them the price of now: the header and the chart say the same. */
function PriceCurve({ symbol, chart }: { readonly symbol: string; readonly chart: AssetBoard['chart'] }) {
  const now = usePrice(symbol);
  const closed = curveOf(chart);
  return <CurveCard title={`Price and volume, ${chart.interval}`} label={`Price of ${symbol}`} points={now ? [...closed, { at: now.timestamp, value: now.price }] : closed} format={priced} empty="A point with each candle that closes." />;
}

const Now = ({ symbol, last }: { readonly symbol: string; readonly last: number | null }) => <span className="tabular-nums">{priced(usePrice(symbol)?.price ?? last)}</span>;

/** Lines, each a paragraph. */
const Said = ({ text, none }: { readonly text: string | null; readonly none: string }) =>
  (text === null ? <p className="px-3 py-3 text-sm text-muted">Nothing yet. {none}</p> : <div className="space-y-1.5 px-3 py-2.5 text-sm">{text.split('\n').map((line) => <p key={line}>{line}</p>)}</div>);

function Statistics({ stats, currency }: { readonly stats: AssetBoard['stats']; readonly currency: string }) {
  return (
    <dl className="panel grid grid-cols-2 gap-x-4 gap-y-3 p-3 sm:grid-cols-4 xl:grid-cols-7">
      <Stat label="P&L"><Gain of={stats.total_pnl} currency={currency} /></Stat>
      <Stat label="Win rate">{percent(stats.win_rate === null ? null : stats.win_rate / 100)}</Stat>
      <Stat label="Sharpe ratio" note="a year, of hours">{number(stats.sharpe_ratio)}</Stat>
      <Stat label="Worst drawdown"><Change points={stats.drawdown === null ? null : -stats.drawdown} /></Stat>
      <Stat label="Trades">{stats.total_trades}</Stat>
      <Stat label="Average win">{money(stats.average_win, currency)}</Stat>
      <Stat label="Average loss">{money(stats.average_loss, currency)}</Stat>
    </dl>
  );
}
