import { AreaSeries, createChart, HistogramSeries, LineStyle, type TickMarkType, type UTCTimestamp } from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import { axisTime, fullTime } from '../format.js';
import { useStore } from '../store.js';
import { markOf } from '../symbol/chart-time.js';
import { coloursIn } from '../symbol/colours.js';
import { theme } from '../theme.js';
import { useSystemDark } from './use-system-dark.js';

export interface CurvePoint {
  readonly at: string;
  readonly value: number;
  readonly volume?: number;
}

interface Props {
  readonly label: string;
  readonly points: readonly CurvePoint[];
  /** Drawn as a dashed line, such as what an account began with. */
  readonly base?: { readonly value: number; readonly title: string };
  readonly format: (value: number) => string;
}

const faint = (colour: string, share: number): string => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

/** One value a second; of several the last. The chart refuses times that do not rise. */
function rising(points: readonly CurvePoint[]): { readonly time: UTCTimestamp; readonly value: number; readonly volume: number | undefined }[] {
  const bySecond = new Map(points.map(({ at, value, volume }) => [Math.floor(Date.parse(at) / 1000), { value, volume }]));
  return [...bySecond].sort(([a], [b]) => a - b).map(([time, rest]) => ({ time: time as UTCTimestamp, ...rest }));
}

/** A value over time as an area, with volume below where there is any. What it says is said in figures beside it. */
export default function Curve({ label, points, base, format }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ readonly show: (points: readonly CurvePoint[]) => void } | null>(null);
  const chosen = useStore(theme);
  const dark = useSystemDark();
  const formatted = useRef(format);
  useEffect(() => void (formatted.current = format), [format]);
  const [baseValue, baseTitle] = [base?.value, base?.title];
  useEffect(() => {
    const element = place.current!;
    const { surface, line, muted, accent } = coloursIn(element);
    const chart = createChart(element, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 11, fontFamily: getComputedStyle(element).fontFamily, background: { color: surface }, textColor: muted },
      grid: { vertLines: { visible: false }, horzLines: { color: line, style: LineStyle.Dotted } },
      crosshair: { vertLine: { color: muted, labelBackgroundColor: muted }, horzLine: { color: muted, labelBackgroundColor: muted } },
      localization: { priceFormatter: (value: number) => formatted.current(value), timeFormatter: (time: unknown) => fullTime(Number(time) * 1000) },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, rightOffset: 2, tickMarkFormatter: (time: unknown, type: TickMarkType) => axisTime(Number(time) * 1000, markOf(type)) },
      handleScale: { mouseWheel: false }, handleScroll: { mouseWheel: false }, // the page scrolls over it
    });
    const area = chart.addSeries(AreaSeries, { lineColor: accent, topColor: faint(accent, 0.28), bottomColor: faint(accent, 0.02), lineWidth: 2, priceLineVisible: false });
    const bars = chart.addSeries(HistogramSeries, { priceScaleId: '', color: faint(muted, 0.35), lastValueVisible: false, priceLineVisible: false });
    bars.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
    if (baseValue !== undefined) area.createPriceLine({ price: baseValue, title: baseTitle ?? '', color: muted, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: false });
    let first = true;
    drawn.current = {
      show: (all) => {
        const data = rising(all);
        area.setData(data.map(({ time, value }) => ({ time, value })));
        bars.setData(data.flatMap(({ time, volume }) => (volume === undefined ? [] : [{ time, value: volume }])));
        if (first && data.length > 0) chart.timeScale().fitContent();
        first = first && data.length === 0;
      },
    };
    return () => {
      drawn.current = null;
      chart.remove();
    };
  }, [chosen, dark, baseValue, baseTitle]);
  useEffect(() => drawn.current?.show(points), [points, chosen, dark, baseValue, baseTitle]);
  return <div ref={place} role="img" aria-label={label} className="h-full w-full" />;
}
