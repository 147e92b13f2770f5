import { dayTime, number, percent, timeOfDay } from '../format.js';
import { Card } from '../ui/card.js';
import { Empty } from '../ui/states.js';
import { Fact } from '../ui/fact.js';
import { plainWords } from '../words.js';
import type { View } from './signal-data.js';

const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Trend', ['ema12', 'ema26', 'sma20', 'sma50', 'adx14', 'plus_di14', 'minus_di14', 'momentum60']],
  ['Momentum', ['rsi14', 'mfi14', 'macd', 'macd_signal', 'macd_hist']],
  ['Bands and range', ['bb_upper', 'bb_middle', 'bb_lower', 'donchian_upper20', 'donchian_lower20', 'atr14', 'atr_ratio']],
  ['Volume', ['vwap', 'vwap_deviation', 'obv', 'obv_ema20']],
  ['Ichimoku', ['tenkan', 'kijun', 'senkou_a', 'senkou_b']],
];
const UPPER = new Set(['ema', 'sma', 'adx', 'rsi', 'mfi', 'macd', 'atr', 'obv', 'vwap', 'di', 'bb']);
const SIGNED: Readonly<Record<string, string>> = { plus_di14: '+DI 14', minus_di14: '−DI 14', bb_upper: 'Bollinger upper', bb_middle: 'Bollinger middle', bb_lower: 'Bollinger lower' };

/** `donchian_upper20` as `Donchian upper 20`. */
function indicatorName(key: string): string {
  const words = key.replace(/([a-z])(\d)/g, '$1 $2').split(/[_ ]/).map((word) => (UPPER.has(word) ? word.toUpperCase() : word)).join(' ');
  return SIGNED[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function Indicators({ of, digits }: { readonly of: NonNullable<View['indicators']>; readonly digits: number }) {
  const known = new Set(GROUPS.flatMap(([, keys]) => keys));
  const others = Object.keys(of).filter((key) => key !== 'time' && !known.has(key));
  const groups = [...GROUPS, ...(others.length > 0 ? [['Other', others] as const] : [])];
  return groups.map(([title, keys]) => (
    <div key={title} className="mb-3 break-inside-avoid">
      <h3 className="eyebrow mb-0.5">{title}</h3>
      <dl>{keys.filter((key) => key in of).map((key) => <Fact key={key} label={indicatorName(key)}>{number(of[key], digits)}</Fact>)}</dl>
    </div>
  ));
}

function Structure({ of, digits }: { readonly of: NonNullable<View['structure']>; readonly digits: number }) {
  const { trend, range, killzone, last_swing_high: high, last_swing_low: low, open_zones: zones } = of;
  return (
    <div className="mb-3 break-inside-avoid">
      <h3 className="eyebrow mb-0.5">Structure</h3>
      <dl>
        <Fact label="Trend">{trend ?? 'none'}</Fact>
        {range && <Fact label="Dealing range">{number(range.low, digits)} to {number(range.high, digits)}</Fact>}
        {range && <Fact label="Place in it">{percent(range.position)}</Fact>}
        {high && <Fact label="Last swing high">{number(high.price, digits)} {high.label ?? ''}</Fact>}
        {low && <Fact label="Last swing low">{number(low.price, digits)} {low.label ?? ''}</Fact>}
        {killzone !== null && <Fact label="Killzone">{plainWords(killzone)}</Fact>}
        {zones.map((zone) => <Fact key={`${zone.kind}${zone.direction}${zone.time}`} label={`${zone.direction} ${plainWords(zone.kind)}`}>{number(zone.low, digits)} to {number(zone.high, digits)}</Fact>)}
      </dl>
    </div>
  );
}

/** The view that the analysts voted about. */
export function Inputs({ view, digits }: { readonly view: View | null; readonly digits: number }) {
  return (
    <Card title="Inputs" aside={view && <span className="text-xs text-muted">{view.candles} candles of {view.interval}, as of {timeOfDay(view.as_of)}</span>}>
      {view === null ? <Empty title="Its view was not kept." /> : (
        <div className="columns-1 gap-8 p-3 sm:columns-2 xl:columns-3">
          <div className="mb-3 break-inside-avoid">
            <h3 className="eyebrow mb-0.5">Market</h3>
            <dl>
              <Fact label="Price">{number(view.price, digits)}</Fact>
              {view.last_candle && <Fact label="Last closed candle">{dayTime(view.last_candle.time)}</Fact>}
              {view.last_candle && <Fact label="Open, close">{number(view.last_candle.open, digits)}, {number(view.last_candle.close, digits)}</Fact>}
              {view.last_candle && <Fact label="High, low">{number(view.last_candle.high, digits)}, {number(view.last_candle.low, digits)}</Fact>}
              {view.last_candle && <Fact label="Volume">{number(view.last_candle.volume, 2)}</Fact>}
            </dl>
          </div>
          {view.structure && <Structure of={view.structure} digits={digits} />}
          {view.indicators ? <Indicators of={view.indicators} digits={digits} /> : <p className="text-sm text-muted">Too few candles for indicators.</p>}
        </div>
      )}
    </Card>
  );
}
