import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { all } from '../api.js';
import { change, digitsOf, number } from '../format.js';
import { useConnection, useRoom } from '../live.js';
import { symbolsQuery, type SymbolInfo } from '../market.js';
import { usePrice } from '../prices.js';
import { symbolRoom } from '../rooms.js';
import { useStore } from '../store.js';
import { useSymbol } from '../symbols.js';
import { Button } from '../ui/button.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { watchAlso, watched, watchList } from '../watch/watch-list.js';
import { Analyse } from './analyse.js';
import { ChartCard } from './chart-card.js';
import { Consensus } from './consensus.js';
import { History } from './history.js';
import { panelOf, type AnalystInfo } from './panel-view.js';
import { Panel } from './panel.js';
import { useHistory } from './use-history.js';

const HOURS: Readonly<Record<string, string>> = { us_equity: 'US hours', always: '24/7' };

function Price({ info, digits }: { readonly info: SymbolInfo; readonly digits: number }) {
  const price = usePrice(info.symbol);
  const { lostAt } = useConnection();
  const points = price?.change_pct ?? info.change_pct;
  return (
    <p className={`flex items-baseline gap-2 tabular-nums ${lostAt === null ? '' : 'opacity-60'}`}>
      <span className="text-xl font-semibold">{number(price?.price ?? info.price, digits)}</span>
      <span className="text-xs text-muted">{info.currency}</span>
      <span className={`text-sm font-medium ${points !== null && points < 0 ? 'text-sell' : 'text-buy'}`}>{change(points)}</span>
    </p>
  );
}

export function SymbolPage() {
  const { symbol: asked } = useParams({ from: '/symbols/$symbol' });
  const { data: known, error, refetch } = useQuery(symbolsQuery);
  if (error) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!known) return <Loading />;
  const key = (symbol: string): string => symbol.toUpperCase().replace(/[/_-]/g, '');
  const info = known.find(({ symbol }) => key(symbol) === key(asked)); // as the server reads spellings
  if (!info) return <Empty title={`The feed knows no symbol ${asked}.`}><Link to="/" className="text-accent underline">To the watch list</Link></Empty>;
  return <OneSymbol key={info.symbol} info={info} known={known} />;
}

function OneSymbol({ info, known }: { readonly info: SymbolInfo; readonly known: readonly SymbolInfo[] }) {
  const { symbol, name, hours } = info;
  const digits = digitsOf(info.tick_size);
  const membership = useRoom(symbolRoom(symbol));
  const joined = membership.name === 'joined';
  const { signals: heard, runs } = useSymbol(symbol);
  const history = useHistory(symbol, joined);
  const { data: analysts } = useQuery({ queryKey: ['analysts'], queryFn: ({ signal }) => all<AnalystInfo>('/api/analysts', signal) });
  const signals = history.signals ?? heard;
  const view = panelOf(analysts ?? [], runs[0], signals[0] ?? null);
  const shown = watched(useStore(watchList), known);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 px-1">
        <div>
          <h1 className="text-xl leading-tight font-bold">{symbol}</h1>
          <p className="text-xs text-muted">{name} · {HOURS[hours] ?? hours}</p>
        </div>
        <Price info={info} digits={digits} />
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          {!shown.some((other) => other.symbol === symbol) && <Button look="quiet" onClick={() => watchAlso(shown, symbol)}>Watch</Button>}
          <Analyse symbol={symbol} runs={runs} seats={view.seats.length} />
        </div>
      </div>
      {membership.name === 'refused' && <ErrorNote error={membership.error} />}
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_25rem] lg:grid-rows-[auto_1fr]">
        <ChartCard info={info} digits={digits} joined={joined} signals={signals} />
        <div className="min-w-0 space-y-3 lg:row-span-2">
          <Consensus view={view} last={signals[0] ?? null} digits={digits} />
          <Panel view={view} />
        </div>
        <History history={history} digits={digits} />
      </div>
    </div>
  );
}
