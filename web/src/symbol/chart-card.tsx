import { Suspense, useState } from 'react';
import type { SignalUpdate } from 'conclave/client';
import { useMarketNow } from '../clock.js';
import { number, timeOfDay } from '../format.js';
import { latePart } from '../late.js';
import type { SymbolInfo } from '../market.js';
import { isValid } from '../signal-parts.js';
import { Empty, ErrorNote, Loading } from '../ui/states.js';
import { LAYERS, LAYER_WORDS, useStructure, type Layer } from './structure.js';
import { useBegun } from './use-begun.js';
import { useCandles } from './use-candles.js';

const Chart = latePart(() => import('./chart.js'));

const MARKS_SAID = 6;
const SIGNS: Readonly<Record<string, string>> = { BUY: '▲', SELL: '▼', HOLD: '●' };
const TONES: Readonly<Record<string, string>> = { BUY: 'text-buy', SELL: 'text-sell', HOLD: 'text-hold' };
const CHOICE = 'min-h-7 rounded px-2 text-xs text-muted hover:bg-raised aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:text-text';

/** What the canvas marks, in words; newest first. */
function Marks({ signals, digits }: { readonly signals: readonly SignalUpdate[]; readonly digits: number }) {
  return (
    <ul aria-label="Signals on the chart" className="flex gap-x-3 overflow-x-auto border-t border-line px-3 py-1.5 text-xs whitespace-nowrap" tabIndex={0}>
      {signals.slice(0, MARKS_SAID).map(({ signal_id: id, action, price, timestamp }) => (
        <li key={id} data-mark={id}><span className={`font-semibold ${TONES[action]}`}><span aria-hidden>{SIGNS[action]} </span>{action}</span> <span className="text-muted tabular-nums">{number(price, digits)} at {timeOfDay(timestamp)}</span></li>
      ))}
      {signals.length === 0 && <li className="text-muted">No signal on the chart yet.</li>}
    </ul>
  );
}

interface Props {
  readonly info: SymbolInfo;
  readonly digits: number;
  readonly joined: boolean;
  readonly signals: readonly SignalUpdate[];
}

export function ChartCard({ info, digits, joined, signals }: Props) {
  const [interval, setInterval] = useState(info.interval);
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(new Set());
  const { candles, error, again, older, closed } = useCandles(info.symbol, interval, joined);
  const begun = useBegun(info.symbol, info.intervals, interval, candles?.at(-1));
  const { data: structure } = useStructure(info.symbol, interval, layers.size > 0, candles?.at(-1)?.time);
  const now = useMarketNow();
  const last = signals[0];
  const valid = last && isValid(last, now) ? last.metadata : undefined;
  const toggle = (layer: Layer): void => setLayers((shown) => (shown.has(layer) ? new Set([...shown].filter((other) => other !== layer)) : new Set([...shown, layer])));
  return (
    <section aria-label="Chart" className="panel min-w-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-2 py-1">
        <div role="group" aria-label="Interval" className="flex">
          {info.intervals.map((each) => <button key={each} type="button" aria-pressed={each === interval} onClick={() => setInterval(each)} className={CHOICE}>{each}</button>)}
        </div>
        <div role="group" aria-label="Market structure" className="flex">
          {LAYERS.map((layer) => <button key={layer} type="button" aria-pressed={layers.has(layer)} onClick={() => toggle(layer)} className={CHOICE}>{LAYER_WORDS[layer]}</button>)}
        </div>
        {layers.size > 0 && structure?.trend && <span className="text-xs text-muted">trend {structure.trend}</span>}
      </div>
      <div className="h-72 sm:h-[26rem]">
        {error && !candles ? <div className="p-3"><ErrorNote error={error} again={again} /></div> : null}
        {!candles && !error && <Loading what="Loading the candles" />}
        {candles?.length === 0 && <Empty title="No candle has closed yet." />}
        {candles && candles.length > 0 && (
          <Suspense fallback={<Loading what="Loading the chart" />}>
            <Chart
              info={info} interval={interval} candles={candles} begun={begun} signals={signals} structure={structure} layers={layers} onOlder={older} onClosed={closed}
              target={valid?.target_price ?? null} stop={valid?.stop_loss ?? null}
            />
          </Suspense>
        )}
      </div>
      <Marks signals={signals} digits={digits} />
      <p className="border-t border-line px-3 py-1 text-xs text-muted">Chart by <a className="underline" href="https://www.tradingview.com/lightweight-charts/" target="_blank" rel="noreferrer">TradingView Lightweight Charts</a></p>
    </section>
  );
}
