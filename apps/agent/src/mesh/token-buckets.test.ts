import { expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

test('a source gets its burst, then its rate; others are not disturbed', () => {
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3, keysMax: 10 });
  expect([0, 0, 0, 0].map((now) => buckets.take('flood', now))).toEqual([true, true, true, false]);
  expect(buckets.take('other', 0)).toBe(true);
  expect(buckets.take('flood', 499)).toBe(false);
  expect(buckets.take('flood', 1000)).toBe(true);
  expect(buckets.take('flood', 60_000)).toBe(true);
});

test('asking in vain does not postpone the next token', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1, keysMax: 10 });
  expect(buckets.take('a', 0)).toBe(true);
  for (let now = 10; now < 990; now += 10) expect(buckets.take('a', now)).toBe(false);
  expect(buckets.take('a', 1001)).toBe(true);
});

test('the table is bounded: the source seen longest ago is forgotten', () => {
  const buckets = new TokenBuckets({ perSecond: 0, burst: 1, keysMax: 3 });
  for (const key of ['a', 'b', 'c']) buckets.take(key, 0);
  expect(buckets.take('a', 0)).toBe(false);
  buckets.take('d', 0);
  expect(buckets.size).toBe(3);
  expect(buckets.take('b', 0)).toBe(true);
  expect(buckets.take('a', 0)).toBe(false);
});
