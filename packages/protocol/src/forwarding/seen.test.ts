import { expect, test } from 'vitest';
import { id } from '../custody/rig.harness.ts';
import { Incarnation } from '../ids.ts';
import { SeenTransmissions } from './seen.ts';

test('counts sights per origin, incarnation and transmission', () => {
  const seen = new SeenTransmissions(16_384, 42);
  for (let n = 1; n <= 2000; n++) for (const origin of [1, 2]) expect(seen.sight(id(origin), Incarnation(1), n)).toBe(1);
  expect(seen.sight(id(1), Incarnation(1), 1999)).toBe(2);
  expect(seen.sight(id(1), Incarnation(1), 1999)).toBe(3);
  expect(seen.sight(id(1), Incarnation(2), 1999)).toBe(1);
  expect(seen.sight(id(1), Incarnation(1), 1999 + 2 ** 32)).toBe(1);
});

test('forgets the oldest beyond its size, and never takes one for another', () => {
  const seen = new SeenTransmissions(64, 42);
  for (let n = 1; n <= 50_000; n++) expect(seen.sight(id(7), Incarnation(1), n)).toBe(1);
  expect(seen.sight(id(7), Incarnation(1), 1)).toBe(1);
});
