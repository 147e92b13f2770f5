import { Suspense } from 'react';
import { latePart } from '../late.js';
import { Empty, Loading } from '../ui/states.js';
import type { CurvePoint } from './curve.js';
import { Section } from './parts.js';

const Curve = latePart(() => import('./curve.js'));
const LEAST_POINTS = 2;

interface Props {
  readonly title: string;
  readonly label: string;
  /** undefined before the first answer. */
  readonly points: readonly CurvePoint[] | undefined;
  readonly base?: { readonly value: number; readonly title: string };
  readonly format: (value: number) => string;
  /** What is shown while there is too little to draw. */
  readonly empty: string;
}

/** The chart comes with the first page that shows one. */
export function CurveCard({ title, label, points, base, format, empty }: Props) {
  return (
    <Section title={title} aside={<span className="text-xs text-muted">Chart by <a className="underline" href="https://www.tradingview.com/lightweight-charts/" target="_blank" rel="noreferrer">TradingView Lightweight Charts</a></span>}>
      <div className="h-56 sm:h-72">
        {!points && <Loading />}
        {points && points.length < LEAST_POINTS && <Empty title="Nothing to draw yet.">{empty}</Empty>}
        {points && points.length >= LEAST_POINTS && <Suspense fallback={<Loading what="Loading the chart" />}><Curve label={label} points={points} format={format} {...(base && { base })} /></Suspense>}
      </div>
    </Section>
  );
}
