import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('doubles from the first to the most, however often it was tried', () => {
  expect([0, 1, 2, 3, 64].map((tries) => backoff(tries, 1000, 7000))).toEqual([1000, 2000, 4000, 7000, 7000]);
});

test.each([10, 20, 70, 300, 3600])('hours of %i seconds: instants that the database takes, in whole milliseconds', (epochSeconds) => {
  const epochMs = epochSeconds * 1000;
  for (let tries = 0; tries < 8; tries++) {
    for (const first of [epochMs / 60, epochMs / 12]) expect(Number.isInteger(backoff(tries, first, epochMs))).toBe(true);
  }
});
