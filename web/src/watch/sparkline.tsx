import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useMarketNow } from '../clock.js';
import { candlesQuery, intervalMs, type SymbolInfo } from '../market.js';
import { followPrice } from '../prices.js';

const POINTS = 60;
const WIDTH = 96;
const HEIGHT = 24;

interface Trail {
  readonly closes: number[];
  /** Opening of the bar that the last point belongs to. */
  bar: number;
}

/** The last hour of closes, going on with the price; drawn once a second. */
export function Sparkline({ info: { symbol, interval }, joined }: { readonly info: SymbolInfo; readonly joined: boolean }) {
  const { data: candles } = useQuery({ ...candlesQuery(symbol, interval, POINTS), enabled: joined });
  const line = useRef<SVGPolylineElement>(null);
  const trail = useRef<Trail>(null);
  useEffect(() => {
    if (!candles) return;
    const length = intervalMs(interval);
    const own: Trail = { closes: candles.map(({ close }) => close), bar: Date.parse(candles.at(-1)?.time ?? '') || 0 };
    trail.current = own;
    return followPrice(symbol, ({ price, timestamp }) => {
      const bar = Math.floor(Date.parse(timestamp) / length) * length;
      if (bar > own.bar) own.closes.push(price);
      else own.closes[own.closes.length - 1] = price;
      own.bar = Math.max(own.bar, bar);
      if (own.closes.length > POINTS) own.closes.shift();
    });
  }, [candles, symbol, interval]);
  const second = useMarketNow();
  useEffect(() => {
    const closes = trail.current?.closes ?? [];
    if (closes.length < 2 || !line.current) return;
    const [low, high] = [Math.min(...closes), Math.max(...closes)];
    const x = (at: number): number => (at / (closes.length - 1)) * WIDTH;
    const y = (price: number): number => (high === low ? HEIGHT / 2 : HEIGHT - 2 - ((price - low) / (high - low)) * (HEIGHT - 4));
    line.current.setAttribute('points', closes.map((price, at) => `${x(at).toFixed(1)},${y(price).toFixed(1)}`).join(' '));
    line.current.setAttribute('stroke', closes.at(-1)! >= closes[0]! ? 'var(--buy)' : 'var(--sell)');
  }, [second, candles]);
  return (
    <svg aria-hidden viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} className="block">
      <polyline ref={line} fill="none" strokeWidth="1.25" strokeLinejoin="round" />
    </svg>
  );
}
