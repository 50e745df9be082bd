import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RangeSet } from './rangeset.ts';

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), first: fc.nat(60), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), first: fc.nat(60), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), first: fc.nat(60), count: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collapse' as const), first: fc.constant(0), count: fc.constant(0) }) },
);

const numbers = (ranges: Iterable<{ first: number; count: number }>): number[] =>
  [...ranges].flatMap((r) => Array.from({ length: r.count }, (_, i) => r.first + i));

test('does what a plain set of numbers with a floor does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(70), fc.integer({ min: 1, max: 20 }), (steps, first, count) => {
      const set = new RangeSet();
      const naive = new Set<number>();
      let floor = 0;
      for (const s of steps) {
        const run = Array.from({ length: s.count }, (_, i) => s.first + i).filter((n) => n >= floor);
        if (s.do === 'add') {
          expect(set.add(s.first, s.count)).toBe(run.filter((n) => !naive.has(n)).length);
          for (const n of run) naive.add(n);
        } else if (s.do === 'remove') {
          expect(set.remove(s.first, s.count)).toBe(run.filter((n) => naive.delete(n)).length);
        } else {
          const before = set.size;
          if (s.do === 'forget') set.forgetBelow(s.first);
          else set.collapseLowest();
          if (s.do === 'collapse' && before > 0) expect(set.size).toBe(before - 1);
          floor = s.do === 'forget' ? Math.max(floor, s.first) : set.floor;
          for (const n of naive) if (n < floor) naive.delete(n);
        }
        expect(set.floor).toBe(floor);
      }
      const all = [...naive].sort((a, b) => a - b);
      expect(numbers(set)).toEqual(all);
      expect(set.size).toBe(all.filter((n) => !naive.has(n - 1)).length);
      expect(set.top).toBe(all.length > 0 ? all.at(-1)! + 1 : floor);
      const asked = Array.from({ length: count }, (_, i) => first + i);
      const holds = (n: number): boolean => n < floor || naive.has(n);
      expect(set.has(first)).toBe(holds(first));
      expect(set.contains(first, count)).toBe(asked.every(holds));
      expect(numbers(set.missing(first, count))).toEqual(asked.filter((n) => !holds(n)));
      expect(numbers(set.within(first, count))).toEqual(asked.filter((n) => naive.has(n)));
      const around = set.rangeAt(first);
      expect(around !== undefined).toBe(naive.has(first));
      if (around) expect(numbers([around]).every((n) => naive.has(n)) && !naive.has(around.first - 1) && !naive.has(around.first + around.count)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('repeated collapsing empties any set and never takes a number out', () => {
  const set = new RangeSet();
  for (let n = 0; n < 100; n += 2) set.add(n + 1, 1);
  expect(set.size).toBe(50);
  for (let i = 0; i < 100; i++) set.collapseLowest();
  expect(set.size).toBe(0);
  for (let n = 0; n < 100; n += 2) expect(set.has(n + 1)).toBe(true);
  expect(set.has(100)).toBe(false);
});

test('holds numbers of 48 bits', () => {
  const set = new RangeSet();
  const high = 2 ** 48 - 10;
  expect(set.add(high, 5)).toBe(5);
  expect(set.add(high + 2, 6)).toBe(3);
  expect(set.rangeAt(high + 3)).toEqual({ first: high, count: 8 });
});
