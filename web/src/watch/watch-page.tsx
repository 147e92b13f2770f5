import { useQuery } from '@tanstack/react-query';
import type { SignalUpdate } from 'conclave/client';
import { get, type Page } from '../api.js';
import { digitsOf } from '../format.js';
import { useConnection } from '../live.js';
import { symbolsQuery } from '../market.js';
import { useStore } from '../store.js';
import { heardSignals, mergedSignals } from '../symbols.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { SymbolSearch } from './symbol-search.js';
import { Tape } from './tape.js';
import { unwatch, watchAlso, watched, watchList } from './watch-list.js';
import { WatchRow } from './watch-row.js';

const LATEST = 30;
const COLUMNS = [
  { label: 'Symbol' }, { label: 'Price', numeric: true }, { label: 'Change', numeric: true }, { label: 'Last hour', wide: true },
  { label: 'Signal' }, { label: 'Strength', wide: true }, { label: 'Age', numeric: true }, { label: 'Remove', hidden: true },
];

export function WatchPage() {
  const { data: known, error, refetch } = useQuery(symbolsQuery);
  const chosen = useStore(watchList);
  const heard = useStore(heardSignals);
  const { state } = useConnection();
  // once connected: what comes later is heard
  const { data: loaded } = useQuery({
    queryKey: ['signals', 'latest'],
    queryFn: async ({ signal }) => (await get<Page<SignalUpdate>>('/api/signals', { limit: 100 }, signal)).items,
    enabled: state.name === 'open',
  });
  if (error) return <ErrorNote error={error} again={() => void refetch()} />;
  if (!known) return <Loading what="Loading the symbols" />;
  const shown = watched(chosen, known);
  const symbols = new Set(shown.map(({ symbol }) => symbol));
  const latest = mergedSignals(heard, loaded ?? []).filter(({ symbol }) => symbols.has(symbol));
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_26rem]">
      <h1 className="sr-only">Live</h1>
      <section aria-labelledby="watch" className="panel min-w-0">
        <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-2">
          <h2 id="watch" className="eyebrow">Watch list</h2>
          <SymbolSearch known={known.filter(({ symbol }) => !symbols.has(symbol))} onPick={(symbol) => watchAlso(shown, symbol)} />
        </div>
        {shown.length === 0 ? <Empty title="Nothing is watched.">Add a symbol above: its price, votes and signals appear as they come.</Empty> : (
          <Table caption="Watched symbols" columns={COLUMNS}>
            {shown.map((info) => (
              <WatchRow key={info.symbol} info={info} loaded={latest.find(({ symbol }) => symbol === info.symbol) ?? null} onRemove={() => unwatch(shown, info.symbol)} />
            ))}
          </Table>
        )}
      </section>
      <Tape signals={latest.slice(0, LATEST)} digits={new Map(known.map((info) => [info.symbol, digitsOf(info.tick_size)]))} />
    </div>
  );
}
