import type { Candle } from '../model/candle.js';
import { PriceChannel } from './channels.js';

/** Bars that the cloud is drawn ahead. */
const AHEAD = 26;

/**
 * Ichimoku Kinko Hyo 9/26/52 (G. Hosoda, 1968). The spans are those that were drawn 26 candles ago and lie under this one:
 * senkou A from candle 52 on, senkou B from candle 78 on.
 */
export class Ichimoku {
  private readonly channels = [new PriceChannel(9), new PriceChannel(26), new PriceChannel(52)] as const;
  private readonly drawnA = new Array<number | null>(AHEAD).fill(null);
  private readonly drawnB = new Array<number | null>(AHEAD).fill(null);
  private place = 0;

  tenkan: number | null = null;
  kijun: number | null = null;
  senkouA: number | null = null;
  senkouB: number | null = null;

  update(candle: Candle): void {
    const [nine, base, long] = this.channels;
    nine.push(candle);
    base.push(candle);
    long.push(candle);
    this.tenkan = nine.middle;
    this.kijun = base.middle;
    this.senkouA = this.drawnA[this.place]!;
    this.senkouB = this.drawnB[this.place]!;
    this.drawnA[this.place] = this.tenkan === null || this.kijun === null ? null : (this.tenkan + this.kijun) / 2;
    this.drawnB[this.place] = long.middle;
    this.place = (this.place + 1) % AHEAD;
  }
}
