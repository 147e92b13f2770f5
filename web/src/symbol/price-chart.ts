import {
  CandlestickSeries, createChart, createSeriesMarkers, HistogramSeries, LineStyle,
  type AutoscaleInfo, type CandlestickData, type IChartApi, type IPriceLine, type ISeriesApi, type ISeriesMarkersPluginApi, type SeriesMarker, type TickMarkType, type Time, type UTCTimestamp,
} from 'lightweight-charts';
import type { SignalUpdate } from 'conclave/client';
import { axisTime, compact, fullDay, fullTime, number } from '../format.js';
import type { Candle } from '../candle.js';
import { intervalMs } from '../market.js';
import type { Price } from '../prices.js';
import { chartTime, markOf } from './chart-time.js';
import type { Colours } from './colours.js';
import { StructureShapes, type BreakShape, type ZoneShape } from './zones.js';

const OLDER_BEFORE_BARS = 20;
/** At first; zooming changes both. */
const MOST_BARS = 120;
const BAR_WIDTH = 7;
const DAY_MS = 86_400_000;

interface Bar extends CandlestickData<UTCTimestamp> {
  readonly volume: number;
}

const barOf = ({ time, open, high, low, close, volume }: Candle): Bar => ({ time: chartTime(Date.parse(time)), open, high, low, close, volume });

interface Options {
  readonly element: HTMLElement;
  readonly digits: number;
  readonly tickSize: number;
  readonly interval: string;
  readonly onOlder: () => void;
  readonly onClosed: () => void;
}

/** Candles, volume, marks and lines on a canvas. The bar under way is made of the prices that are heard. */
export class PriceChart {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<'Candlestick'>;
  readonly #volume: ISeriesApi<'Histogram'>;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #shapes = new StructureShapes();
  readonly #length: number;
  #lines: IPriceLine[] = [];
  #bars: readonly Bar[] = [];
  #open: Bar | null = null;
  #colours: Colours | null = null;

  constructor(private readonly options: Options) {
    const { element, digits, tickSize, interval } = options;
    this.#length = intervalMs(interval);
    const daily = this.#length >= DAY_MS;
    const label = (time: Time): string => (daily ? fullDay : fullTime)(Number(time) * 1000);
    this.#chart = createChart(element, {
      autoSize: true,
      layout: { attributionLogo: false, fontSize: 11, fontFamily: getComputedStyle(element).fontFamily }, // its logo brings an inline style; the page links instead
      localization: { priceFormatter: (price: number) => number(price, digits), timeFormatter: label },
      timeScale: {
        timeVisible: true, secondsVisible: false, rightOffset: 6, borderVisible: false, minBarSpacing: 1,
        tickMarkFormatter: (time: Time, type: TickMarkType) => axisTime(Number(time) * 1000, markOf(type), daily),
      },
      rightPriceScale: { borderVisible: false },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false, priceFormat: { type: 'price', precision: digits, minMove: tickSize }, autoscaleInfoProvider: (shown: () => AutoscaleInfo | null) => this.#withLevels(shown()) });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.#volume = this.#chart.addSeries(HistogramSeries, { priceScaleId: '', priceFormat: { type: 'custom', formatter: compact, minMove: 1 }, lastValueVisible: false, priceLineVisible: false });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#candles.attachPrimitive(this.#shapes);
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < OLDER_BEFORE_BARS && this.#bars.length > 0) options.onOlder();
    });
  }

  theme(colours: Colours): void {
    this.#colours = colours;
    const { surface, line, muted, buy, sell } = colours;
    this.#chart.applyOptions({
      layout: { background: { color: surface }, textColor: muted },
      grid: { vertLines: { color: line, style: LineStyle.Dotted }, horzLines: { color: line, style: LineStyle.Dotted } },
      crosshair: { vertLine: { color: muted, labelBackgroundColor: muted }, horzLine: { color: muted, labelBackgroundColor: muted } },
    });
    this.#candles.applyOptions({ upColor: buy, downColor: sell, wickUpColor: buy, wickDownColor: sell });
    this.#drawAll();
  }

  candles(candles: readonly Candle[]): void {
    const before = this.#bars;
    this.#bars = candles.map(barOf);
    if (this.#open && this.#open.time <= (this.#bars.at(-1)?.time ?? 0)) this.#open = null;
    const range = before.length > 0 ? this.#chart.timeScale().getVisibleRange() : null;
    this.#drawAll();
    const grownLeft = before.length > 0 && this.#bars[0]?.time !== before[0]?.time;
    if (range && grownLeft) this.#chart.timeScale().setVisibleRange(range); // older ones came in: what was looked at stays
    const fit = Math.min(MOST_BARS, Math.round(this.options.element.clientWidth / BAR_WIDTH));
    if (before.length === 0) this.#chart.timeScale().setVisibleLogicalRange({ from: this.#bars.length - fit, to: this.#bars.length + fit / 20 });
  }

  /** The part of the bar under way that nobody here has heard. Takes nothing back of what was. */
  begun({ time: iso, open, high, low, close, volume }: Candle): void {
    const time = chartTime(Date.parse(iso));
    if (time <= (this.#bars.at(-1)?.time ?? Infinity)) return;
    const heard = this.#open;
    if (heard && heard.time > time) return;
    this.#open = heard?.time === time
      ? { time, open, high: Math.max(high, heard.high), low: Math.min(low, heard.low), close: heard.close, volume: Math.max(volume, heard.volume) }
      : { time, open, high, low, close, volume };
    this.#drawOpen(this.#open);
  }

  price({ price, volume, timestamp }: Price): void {
    const time = chartTime(Math.floor(Date.parse(timestamp) / this.#length) * this.#length);
    const last = this.#bars.at(-1);
    if (!last || time <= last.time) return; // that candle has closed
    const open = this.#open;
    if (open && time < open.time) return;
    if (open?.time === time) {
      this.#open = { ...open, high: Math.max(open.high, price), low: Math.min(open.low, price), close: price, volume: open.volume + volume };
    } else {
      if (time > last.time + this.#length / 1000 || open) this.options.onClosed();
      this.#open = { time, open: price, high: price, low: price, close: price, volume };
    }
    this.#drawOpen(this.#open!);
  }

  marks(signals: readonly SignalUpdate[]): void {
    const { buy, sell, hold } = this.#colours!;
    const first = this.#bars[0]?.time ?? Infinity;
    const barOfTime = (timestamp: string): UTCTimestamp => chartTime(Math.floor(Date.parse(timestamp) / this.#length) * this.#length);
    // several of one bar would pile up: one of each action
    const distinct = new Map(signals.map(({ action, timestamp }) => [`${action} ${barOfTime(timestamp)}`, { action, time: barOfTime(timestamp) }]));
    const marks = [...distinct.values()].map(({ action, time }): SeriesMarker<Time> => {
      if (action === 'HOLD') return { time, position: 'aboveBar', shape: 'circle', color: hold, size: 0.3 };
      return action === 'BUY' ? { time, position: 'belowBar', shape: 'arrowUp', color: buy } : { time, position: 'aboveBar', shape: 'arrowDown', color: sell };
    });
    this.#markers.setMarkers(marks.filter(({ time }) => Number(time) >= first).sort((a, b) => Number(a.time) - Number(b.time)));
  }

  /** Levels as dashed lines with their names. */
  levels(levels: readonly { readonly title: string; readonly price: number; readonly color: string }[]): void {
    for (const line of this.#lines) this.#candles.removePriceLine(line);
    this.#lines = levels.map((level) => this.#candles.createPriceLine({ ...level, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true }));
    this.#drawAll(); // only new data is scaled anew
  }

  structure(zones: readonly ZoneShape[], breaks: readonly BreakShape[]): void {
    this.#shapes.show(zones, breaks);
  }

  remove(): void {
    this.#chart.remove();
  }

  #volumeOf({ time, open, close, volume }: Bar): { time: UTCTimestamp; value: number; color: string } {
    const colour = close >= open ? this.#colours!.buy : this.#colours!.sell;
    return { time, value: volume, color: colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.35)') };
  }

  #drawOpen(bar: Bar): void {
    if (!this.#colours) return;
    this.#candles.update(bar);
    this.#volume.update(this.#volumeOf(bar));
  }

  /** Levels near what is shown are in view, with their names; one far away would press the candles flat. */
  #withLevels(shown: AutoscaleInfo | null): AutoscaleInfo | null {
    if (!shown?.priceRange) return shown;
    const { minValue: low, maxValue: high } = shown.priceRange;
    const room = (high - low) / 2;
    const near = this.#lines.map((line) => line.options().price).filter((price) => price > low - room && price < high + room);
    return { ...shown, priceRange: { minValue: Math.min(low, ...near), maxValue: Math.max(high, ...near) } };
  }

  #drawAll(): void {
    if (!this.#colours) return;
    const bars = this.#open ? [...this.#bars, this.#open] : this.#bars;
    this.#candles.setData([...bars]);
    this.#volume.setData(bars.map((bar) => this.#volumeOf(bar)));
  }
}
