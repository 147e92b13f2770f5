import type { Candle } from '../../model/candle.js';

/** A broker that moves only by what it is told of the market. Both resolve once its fills are stored and were told. */
export interface DrivenBroker {
  /** A live price; `volume` since the tick before, base units; `at` market time. */
  tick(symbol: string, price: number, volume: number, at: number): Promise<void>;
  candle(symbol: string, candle: Candle): Promise<void>;
}
