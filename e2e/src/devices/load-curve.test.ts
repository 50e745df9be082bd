import { expect, test } from 'vitest';
import { readingAt } from './load-curve.ts';

const at = (hour: number): number => new Date(2026, 5, 21, hour).getTime();

test('a household draws more in the evening than at night, and the roof gives nothing at night', () => {
  for (const seed of [1, 2, 3, 4]) {
    expect(readingAt(at(19), seed, 4000).consumptionW).toBeGreaterThan(readingAt(at(3), seed, 4000).consumptionW);
    expect(readingAt(at(2), seed, 4000).generationW).toBe(0);
    expect(readingAt(at(12), seed, 4000).generationW).toBeGreaterThan(1000);
  }
});

test('the same seed and instant give the same reading', () => {
  expect(readingAt(at(9), 5, 3000)).toEqual(readingAt(at(9), 5, 3000));
});
