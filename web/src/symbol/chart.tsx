import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { SignalUpdate } from 'conclave/client';
import { digitsOf } from '../format.js';
import type { Candle } from '../candle.js';
import type { Structure, SymbolInfo } from '../market.js';
import { followPrice } from '../prices.js';
import { useStore } from '../store.js';
import { theme } from '../theme.js';
import { coloursIn, type Colours } from './colours.js';
import { PriceChart } from './price-chart.js';
import { breakShapes, zoneShapes, type Layer } from './structure.js';

interface Props {
  readonly info: SymbolInfo;
  readonly interval: string;
  readonly candles: readonly Candle[];
  /** What had been of the candle under way before this page listened. */
  readonly begun: Candle | null;
  readonly signals: readonly SignalUpdate[];
  /** Of the last valid signal. */
  readonly target: number | null;
  readonly stop: number | null;
  readonly structure: Structure | undefined;
  readonly layers: ReadonlySet<Layer>;
  readonly onOlder: () => void;
  readonly onClosed: () => void;
}

/** Whether the system shows dark pages. */
function useSystemDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setDark(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return dark;
}

/** The canvas. What it shows is said in words beside it: signals as a list, levels with the consensus. */
export default function Chart({ info, interval, candles, begun, signals, target, stop, structure, layers, onOlder, onClosed }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<{ readonly on: PriceChart; readonly colours: Colours } | null>(null);
  const chosen = useStore(theme);
  const systemDark = useSystemDark();
  const { symbol, tick_size: tickSize } = info;
  const older = useEffectEvent(onOlder);
  const closed = useEffectEvent(onClosed);
  useEffect(() => {
    const element = place.current!;
    const made = new PriceChart({ element, digits: digitsOf(tickSize), tickSize, interval, onOlder: () => older(), onClosed: () => closed() });
    const colours = coloursIn(element);
    made.theme(colours);
    setChart({ on: made, colours });
    const leave = followPrice(symbol, (price) => made.price(price));
    return () => {
      leave();
      setChart(null);
      made.remove();
    };
  }, [symbol, interval, tickSize]);
  const recolour = useEffectEvent(() => {
    if (!chart) return;
    const colours = coloursIn(place.current!);
    chart.on.theme(colours);
    setChart({ ...chart, colours });
  });
  useEffect(() => recolour(), [chosen, systemDark]);
  const on = chart?.on;
  useEffect(() => on?.candles(candles), [on, candles]);
  useEffect(() => {
    if (begun) on?.begun(begun);
  }, [on, candles, begun]);
  useEffect(() => chart?.on.marks(signals), [chart, candles, signals]);
  useEffect(() => {
    if (!chart) return;
    const levels = [{ title: 'Target', price: target, color: chart.colours.buy }, { title: 'Stop', price: stop, color: chart.colours.sell }];
    chart.on.levels(levels.flatMap(({ price, ...rest }) => (price === null ? [] : [{ ...rest, price }])));
  }, [chart, target, stop]);
  useEffect(() => {
    if (chart) chart.on.structure(structure ? zoneShapes(structure, layers, chart.colours) : [], structure ? breakShapes(structure, layers, chart.colours) : []);
  }, [chart, structure, layers]);
  return <div ref={place} role="img" aria-label={`Candles of ${symbol}, ${interval}`} className="h-full w-full" />;
}
