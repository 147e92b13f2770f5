import type { IChartApi, IPrimitivePaneView, ISeriesApi, ISeriesPrimitive, SeriesAttachedParameter, SeriesType, Time, UTCTimestamp } from 'lightweight-charts';

/** A rectangle from a time to the right edge: a gap or a block that price has not closed through. */
export interface ZoneShape {
  readonly from: number;
  readonly low: number;
  readonly high: number;
  readonly colour: string;
  readonly label: string;
}

/** A level that was broken, from its swing to the candle that broke it. */
export interface BreakShape {
  readonly from: number;
  readonly to: number;
  readonly price: number;
  readonly colour: string;
  readonly label: string;
}

type Renderer = NonNullable<ReturnType<IPrimitivePaneView['renderer']>>;

/** Market structure behind the candles. */
export class StructureShapes implements ISeriesPrimitive<Time> {
  #zones: readonly ZoneShape[] = [];
  #breaks: readonly BreakShape[] = [];
  #attached: { readonly chart: IChartApi; readonly series: ISeriesApi<SeriesType>; readonly update: () => void } | null = null;

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.#attached = { chart: chart as IChartApi, series, update: requestUpdate };
  }

  detached(): void {
    this.#attached = null;
  }

  show(zones: readonly ZoneShape[], breaks: readonly BreakShape[]): void {
    this.#zones = zones;
    this.#breaks = breaks;
    this.#attached?.update();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [{ zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.#draw(target) }) }];
  }

  #draw(target: Parameters<Renderer['draw']>[0]): void {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.font = '10px sans-serif';
      for (const zone of this.#zones) this.#drawZone(context, zone, mediaSize.width);
      for (const level of this.#breaks) this.#drawBreak(context, level);
    });
  }

  #x(time: number): number {
    const x = this.#attached?.chart.timeScale().timeToCoordinate(time as UTCTimestamp);
    return x ?? 0; // before what is loaded
  }

  #drawZone(context: CanvasRenderingContext2D, { from, low, high, colour, label }: ZoneShape, width: number): void {
    const [top, bottom] = [this.#attached?.series.priceToCoordinate(high), this.#attached?.series.priceToCoordinate(low)];
    if (top == null || bottom == null) return;
    const x = this.#x(from);
    context.fillStyle = colour;
    context.globalAlpha = 0.14;
    context.fillRect(x, top, width - x, Math.max(1, bottom - top));
    context.globalAlpha = 1;
    context.fillText(label, x + 3, Math.min(bottom - 2, top + 10));
  }

  #drawBreak(context: CanvasRenderingContext2D, { from, to, price, colour, label }: BreakShape): void {
    const y = this.#attached?.series.priceToCoordinate(price);
    if (y == null) return;
    const [start, end] = [this.#x(from), this.#x(to)];
    context.strokeStyle = context.fillStyle = colour;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(start, y);
    context.lineTo(end, y);
    context.stroke();
    context.setLineDash([]);
    context.fillText(label, Math.max(start, end - 28), y - 3);
  }
}
