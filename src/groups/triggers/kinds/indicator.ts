import { v7 as uuidv7 } from 'uuid';
import type { Market } from '../../../market/market.js';
import type { IndicatorValues } from '../../../model/indicators.js';
import { INTERVALS, type Interval } from '../../../model/interval.js';
import { isSimulated, type PriceUpdate } from '../../../model/price-update.js';
import type { BuiltIn, Outlet } from '../built-in.js';
import type { ConfigFields, SymbolNames } from '../config-fields.js';

/** Of a closed candle: its close, or a value after it. */
const LINES = [
  'close', 'sma20', 'sma50', 'ema12', 'ema26', 'rsi14', 'macd', 'macd_signal', 'macd_hist', 'bb_upper', 'bb_middle', 'bb_lower', 'atr14', 'adx14', 'obv', 'mfi14', 'vwap',
  'plus_di14', 'minus_di14', 'obv_ema20', 'donchian_upper20', 'donchian_lower20', 'tenkan', 'kijun', 'senkou_a', 'senkou_b', 'momentum60', 'atr_ratio',
] as const satisfies readonly ('close' | keyof IndicatorValues)[];
type Line = (typeof LINES)[number];
const OPS = ['crosses_above', 'crosses_below', 'above', 'below'] as const;

interface IndicatorWhen {
  readonly left: Line;
  readonly op: (typeof OPS)[number];
  readonly right: number | Line;
}

export interface IndicatorConfig {
  readonly symbol: string;
  readonly interval: Interval;
  readonly when: IndicatorWhen;
}

/** Where it stands; kept over a restart. */
export interface IndicatorState {
  /** What was looked at: another condition begins anew. */
  readonly of: string;
  readonly id: string;
  /** Opening of the newest candle that was looked at. */
  readonly time: number;
  /** null: the indicators were not warm. */
  readonly held: boolean | null;
}

export type IndicatorMarket = Pick<Market, 'indicators' | 'candles' | 'source'>;
export interface IndicatorNames extends SymbolNames {
  intervals(symbol: string): readonly Interval[];
}

const PAST = 500;
const MINUTE = 60_000;

export function checkIndicator(fields: ConfigFields, market: IndicatorNames): IndicatorConfig {
  const named = fields.text('symbol', 20);
  const before = fields.flaws.length;
  const symbol = named === '' ? '' : fields.symbols([named], 'symbol', market)[0]!;
  const interval = fields.oneOf('interval', INTERVALS);
  if (symbol !== '' && fields.flaws.length === before) {
    const known = market.intervals(symbol);
    if (!known.includes(interval)) fields.flaw('interval', `${symbol} has candles of ${known.join(', ')}: take one of them`, null);
  }
  return { symbol, interval, when: whenOf(fields.object('when')) };
}

function whenOf(when: ConfigFields): IndicatorWhen {
  const left = when.oneOf('left', LINES);
  const op = when.oneOf('op', OPS);
  const right = when.value('right');
  const good = (typeof right === 'number' && Number.isFinite(right)) || LINES.includes(right as Line);
  if (!good) when.flaw('right', `must be a number or one of ${LINES.join(', ')}`, null);
  when.end();
  return { left, op, right: good ? right as number | Line : 0 };
}

/** An event where a condition on closed candles turns true; of several candles since the last look only the newest counts. */
export class IndicatorTrigger implements BuiltIn {
  private minute: number | null = null;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: IndicatorConfig,
    private state: IndicatorState | null,
    private readonly market: IndicatorMarket,
    private readonly outlet: Outlet,
  ) {
    if (state && state.of !== this.of) this.state = null;
  }

  start(): Promise<void> {
    return this.looked();
  }

  /** Candles close with ticks at the end of their minutes. */
  price({ symbol }: PriceUpdate, at: number): Promise<void> | null {
    const minute = Math.floor(at / MINUTE);
    if (symbol !== this.config.symbol || minute === this.minute) return null;
    this.minute = minute;
    return this.looked();
  }

  async closed(symbol: string): Promise<void> {
    if (symbol === this.config.symbol) await this.looked();
  }

  private get of(): string {
    const { symbol, interval, when } = this.config;
    return JSON.stringify([symbol, interval, when.left, when.op, when.right]);
  }

  private looked(): Promise<void> {
    const looking = this.turn.then(() => this.look());
    this.turn = looking.catch(() => undefined);
    return looking;
  }

  private async look(): Promise<void> {
    const { symbol, interval, when } = this.config;
    const values = await this.market.indicators(symbol, interval, PAST);
    const newest = values.at(-1);
    if (!newest || newest.time === this.state?.time) return;
    const before = this.state && this.state.time < newest.time ? this.state : null; // else a file begins again
    const closes = await this.closes(values.length);
    let held = before?.held ?? null;
    let turned = false;
    for (const value of before ? values.filter(({ time }) => time > before.time) : [newest]) {
      const now = holds(when, value, closes.get(value.time));
      turned = now === true && (held === false || (held === null && (when.op === 'above' || when.op === 'below')));
      held = now ?? held;
    }
    const state = { of: this.of, id: before?.id ?? uuidv7(), time: newest.time, held };
    if (turned) await this.say(newest, closes.get(newest.time), state);
    else if (!before || before.held !== held) await this.outlet.save(state);
    this.state = state;
  }

  private async closes(count: number): Promise<ReadonlyMap<number, number>> {
    const candles = await this.market.candles(this.config.symbol, this.config.interval, count);
    return new Map(candles.map(({ time, close }) => [time, close]));
  }

  private async say(values: IndicatorValues, close: number | undefined, state: IndicatorState): Promise<void> {
    const { symbol, interval, when } = this.config;
    const { source } = this.market;
    const [left, right] = sides(when, values, close);
    await this.outlet.emit({
      title: `${symbol} ${interval}: ${when.left} ${when.op.replace('_', ' ')} ${when.right}${isSimulated(source) ? ' (simulated)' : ''}`,
      payload: JSON.stringify({
        symbol, interval, when, left, right, price: close ?? null, candle: new Date(values.time).toISOString(), source, simulated: isSimulated(source),
      }),
    }, `${state.id}:${values.time}`, state);
  }
}

const sides = ({ left, right }: IndicatorWhen, values: IndicatorValues, close: number | undefined): readonly [number | null, number | null] => {
  const valueOf = (line: Line): number | null => (line === 'close' ? close ?? null : values[line]);
  return [valueOf(left), typeof right === 'number' ? right : valueOf(right)];
};

/** null before warm-up. */
function holds(when: IndicatorWhen, values: IndicatorValues, close: number | undefined): boolean | null {
  const [left, right] = sides(when, values, close);
  if (left === null || right === null) return null;
  return when.op === 'above' || when.op === 'crosses_above' ? left > right : left < right;
}
