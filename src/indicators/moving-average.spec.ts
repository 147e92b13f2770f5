import { describe, expect, it } from '@jest/globals';
import { Ema, WilderAverage } from './moving-average.js';

describe('recursive averages', () => {
  it('EMA(10) of StockCharts’ ChartSchool', () => {
    const prices = [
      22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36, 24.05, 23.75, 23.83, 23.95, 23.63,
    ];
    const ema = new Ema(10);
    const values = prices.map((price) => ema.update(price));
    expect(values.slice(0, 9)).toEqual(Array(9).fill(null));
    expect(values.slice(9).map((value) => value!.toFixed(2))).toEqual([
      '22.22', '22.21', '22.24', '22.27', '22.33', '22.52', '22.80', '22.97', '23.13', '23.28', '23.34',
    ]);
  });

  it('Wilder’s average begins with the plain mean and then takes a share of 1 / period', () => {
    const average = new WilderAverage(4);
    expect([1, 2, 3, 6, 7, 4].map((value) => average.update(value))).toEqual([null, null, null, 3, 4, 4]);
  });
});
