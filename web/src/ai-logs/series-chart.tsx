import { dayTime } from '../format.js';

interface Props {
  readonly title: string;
  readonly total: string;
  readonly bars: readonly { readonly start: string; readonly value: number }[];
  readonly format: (value: number) => string;
  readonly colour: string;
}

const WIDTH = 600;
const HEIGHT = 110;

/** One figure over time, as bars. */
export function SeriesChart({ title, total, bars, format, colour }: Props) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const step = WIDTH / Math.max(bars.length, 1);
  const first = bars[0];
  const last = bars.at(-1);
  return (
    <figure className="min-w-0">
      <figcaption className="flex items-baseline justify-between gap-3"><span className="text-xs text-muted">{title}</span><span className="text-base font-semibold tabular-nums">{total}</span></figcaption>
      <div className="mt-1 flex gap-2">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-28 min-w-0 flex-1" role="img" aria-label={`${title}: ${total} over ${bars.length} bars, at most ${format(most)} in one`}>
          {[0, 0.5, 1].map((at) => <line key={at} x1="0" x2={WIDTH} y1={HEIGHT * at} y2={HEIGHT * at} stroke="var(--line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />)}
          {most > 0 && bars.map(({ start, value }, at) => (
            <rect key={start} x={at * step + step * 0.1} width={Math.max(step * 0.8, 1)} y={HEIGHT - (value / most) * HEIGHT} height={(value / most) * HEIGHT} fill={colour}>
              <title>{`${dayTime(start)}: ${format(value)}`}</title>
            </rect>
          ))}
        </svg>
        <div aria-hidden className="flex w-14 flex-col justify-between text-right text-xs text-muted tabular-nums"><span>{format(most)}</span><span>0</span></div>
      </div>
      <div aria-hidden className="mr-16 flex justify-between text-xs text-muted tabular-nums"><span>{first && dayTime(first.start)}</span><span>{last && dayTime(last.start)}</span></div>
    </figure>
  );
}
