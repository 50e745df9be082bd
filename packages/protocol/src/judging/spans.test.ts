import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intersect, lowest, newest, type Spans, sizeOf, span, spansOf, subtract, unite } from './spans.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 });
const all = (spans: Spans): number[] => {
  const found: number[] = [];
  for (let i = 0; i < spans.length; i += 2) for (let n = spans[i]!; n < spans[i + 1]!; n++) found.push(n);
  return found;
};
const sorted = (set: Iterable<number>): number[] => [...set].sort((a, b) => a - b);

test('are sets of numbers, whatever is done with them', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.integer({ min: 0, max: 30 }), (a, b, count) => {
      const [x, y] = [spansOf(a), spansOf(b)];
      expect(all(x)).toEqual(sorted(a));
      expect(sizeOf(x)).toBe(a.length);
      expect(unite(x, y)).toEqual(spansOf([...a, ...b]));
      expect(all(intersect(x, y))).toEqual(sorted(a.filter((n) => b.includes(n))));
      expect(all(subtract(x, y))).toEqual(sorted(a.filter((n) => !b.includes(n))));
      expect(all(lowest(x, count))).toEqual(sorted(a).slice(0, count));
    }),
  );
});

test('have one spelling', () => {
  expect(unite(span(1, 3), span(4, 2))).toEqual([1, 6]);
  expect(spansOf([3, 1, 2, 2])).toEqual([1, 4]);
  expect(span(5, 0)).toEqual([]);
  expect(newest([1, 2, 5, 6, 9, 10], 2)).toEqual([5, 6, 9, 10]);
});
