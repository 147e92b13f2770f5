import { ATR, BollingerBands, MFI, OBV, RSI, SMA } from 'trading-signals';
import type { Candle } from '../model/candle.js';
import type { IndicatorValues } from '../model/indicators.js';
import type { Instrument } from '../model/instrument.js';
import type { Interval } from '../model/interval.js';
import { PriceChannel } from './channels.js';
import { DirectionalMovement } from './directional-movement.js';
import { Ichimoku } from './ichimoku.js';
import { Momentum } from './momentum.js';
import { Ema } from './moving-average.js';
import { RollingWindow } from './rolling-window.js';
import { RollingVwap, SessionVwap } from './vwap.js';

/**
 * All indicators of one instrument and interval, updated once per closed candle in constant time.
 *
 * Values are null before warm-up and finite after it, for any finite candles. In a market without movement: RSI and MFI 50,
 * ADX and DI 0, ATR 0, momentum 0, `atr_ratio` 1; RSI is 100 or 0 where every change so far was up or down, and so is MFI
 * for the money flow of its window.
 *
 * - Bollinger 20/2 with the population deviation. RSI, ATR, ADX with Wilder's smoothing, seeded with the plain mean.
 *   The first candle's true range is its own range.
 * - Every EMA is seeded with the SMA of its first inputs; MACD = EMA(12) − EMA(26) of those, its signal the EMA(9) of MACD.
 * - OBV counts from 0 at the first candle.
 * - VWAP: of the session (`SessionVwap`); on daily bars of the last 20 (`RollingVwap`).
 */
export class IndicatorSet {
  private readonly sma50 = new SMA(50);
  private readonly ema12 = new Ema(12);
  private readonly ema26 = new Ema(26);
  private readonly macdSignal = new Ema(9);
  private readonly rsi = new RSI(14);
  private readonly bollinger = new BollingerBands(20, 2);
  private readonly atr = new ATR(14);
  private readonly atrMean = new RollingWindow(100);
  private readonly movement = new DirectionalMovement(14);
  private readonly obv = new OBV(2);
  private readonly obvEma = new Ema(20);
  private readonly mfi = new MFI(14);
  private readonly vwap: SessionVwap | RollingVwap;
  private readonly vwapDistances = new RollingWindow(20);
  private readonly donchian = new PriceChannel(20);
  private readonly ichimoku = new Ichimoku();
  private readonly momentum = new Momentum(60);
  private firstClose: number | null = null;
  private moved = false;

  constructor(interval: Interval, hours: Instrument['hours']) {
    this.vwap = interval === '1d' ? new RollingVwap(20) : new SessionVwap(hours);
  }

  /** Takes the next closed candle, oldest first, and gives the values after it, frozen. */
  update(candle: Candle): IndicatorValues {
    const { close } = candle;
    const { movement, ichimoku } = this;

    const ema12 = this.ema12.update(close);
    const ema26 = this.ema26.update(close);
    const macd = ema12 === null || ema26 === null ? null : ema12 - ema26;
    const macdSignal = macd === null ? null : this.macdSignal.update(macd);
    const bands = this.bollinger.update(close, false);
    const rsi = this.relativeStrength(close);
    const atr = this.atr.update(candle, false);
    const obv = this.obv.update(candle, false) ?? 0; // null only at the first candle
    const vwap = this.vwap.update(candle);
    if (vwap !== null) this.vwapDistances.push(close - vwap);
    movement.update(candle);
    ichimoku.update(candle);

    const donchianUpper = this.donchian.upper; // read before this candle is pushed
    const donchianLower = this.donchian.lower;
    this.donchian.push(candle);

    return Object.freeze({
      time: candle.time,
      sma20: bands === null ? null : bands.middle,
      sma50: this.sma50.update(close, false),
      ema12,
      ema26,
      rsi14: rsi,
      macd,
      macd_signal: macdSignal,
      macd_hist: macd === null || macdSignal === null ? null : macd - macdSignal,
      bb_upper: bands === null ? null : bands.upper,
      bb_middle: bands === null ? null : bands.middle,
      bb_lower: bands === null ? null : bands.lower,
      atr14: atr,
      adx14: movement.adx,
      obv,
      mfi14: this.mfi.update(candle, false),
      vwap,
      plus_di14: movement.plusDi,
      minus_di14: movement.minusDi,
      obv_ema20: this.obvEma.update(obv),
      donchian_upper20: donchianUpper,
      donchian_lower20: donchianLower,
      tenkan: ichimoku.tenkan,
      kijun: ichimoku.kijun,
      senkou_a: ichimoku.senkouA,
      senkou_b: ichimoku.senkouB,
      momentum60: this.momentum.update(close),
      vwap_deviation: this.vwapDistances.deviation(),
      atr_ratio: this.atrRatio(atr),
    });
  }

  /** `trading-signals` says 100 for a price that has never moved; neither side has won there. */
  private relativeStrength(close: number): number | null {
    this.firstClose ??= close;
    this.moved ||= close !== this.firstClose;
    const rsi = this.rsi.update(close, false);
    return rsi !== null && !this.moved ? 50 : rsi;
  }

  private atrRatio(atr: number | null): number | null {
    if (atr === null) return null;
    this.atrMean.push(atr);
    const mean = this.atrMean.mean();
    if (mean === null) return null;
    return mean > 0 ? atr / mean : 1;
  }
}
