import { describe, expect, jest, test } from '@jest/globals';
import { Conflation } from './conflation.js';

describe('of what is said again and again', () => {
  const make = () => {
    jest.useFakeTimers();
    const handed: number[] = [];
    return { handed, conflation: new Conflation<number>(1000, (value) => handed.push(value), () => Date.now()) };
  };

  test('the first goes at once, then the latest of each period', () => {
    const { handed, conflation } = make();
    for (let value = 0; value <= 25; value += 1) {
      conflation.offer(value);
      jest.advanceTimersByTime(100);
    }
    expect(handed).toEqual([0, 9, 19]);
    jest.advanceTimersByTime(10_000);
    expect(handed).toEqual([0, 9, 19, 25]);
    jest.useRealTimers();
  });

  test('what was told by other means counts, and what waited is not said after it', () => {
    const { handed, conflation } = make();
    conflation.offer(1);
    conflation.offer(2);
    jest.advanceTimersByTime(500);
    conflation.told();
    jest.advanceTimersByTime(900);
    conflation.offer(3);
    expect(handed).toEqual([1]);
    jest.advanceTimersByTime(100);
    expect(handed).toEqual([1, 3]);
    jest.useRealTimers();
  });

  test('dropped, nothing comes any more', () => {
    const { handed, conflation } = make();
    conflation.offer(1);
    conflation.offer(2);
    conflation.drop();
    jest.advanceTimersByTime(5000);
    expect(handed).toEqual([1]);
    jest.useRealTimers();
  });
});
