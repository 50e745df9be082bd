import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Incarnation, NodeId } from '../ids.ts';
import type { EntryRange } from '../receipts/ranges.ts';
import { type EarningInput, earningOf } from './earning.ts';
import { countIn, firstOf, pagesOf, rangesOf, unitePages } from './pages.ts';

const origins = ['1111111111111111', '2222222222222222'].map((id) => id as NodeId);
const range = fc.record({
  origin: fc.constantFrom(...origins),
  incarnation: fc.constantFrom(2, 10).map((n) => n as Incarnation),
  class: fc.constantFrom(0 as const, 1 as const),
  first: fc.integer({ min: 1, max: 30 }),
  count: fc.integer({ min: 1, max: 12 }),
});
const ranges = fc.array(range, { maxLength: 8 });
const [hub, self, stranger] = ['hub', 'self', 'stranger'];
const next = fc.constantFrom('a', 'b', hub, self, stranger);
const hour = fc.record({
  carried: fc.array(fc.record({ next, ranges }), { maxLength: 6 }),
  counting: ranges,
  overQuota: ranges,
  unknown: ranges,
  elsewhere: ranges,
  countedBefore: ranges,
  pairCap: fc.integer({ min: 1, max: 20 }),
});
type Hour = typeof hour extends fc.Arbitrary<infer T> ? T : never;

const inputOf = ({ carried, counting, overQuota, unknown, elsewhere, countedBefore, pairCap }: Hour): EarningInput => ({
  carried: carried.map((one) => ({ next: one.next, pages: pagesOf(one.ranges) })),
  ...{ node: self, hub, pairCap, mayVouch: (key) => key !== stranger },
  ...{
    counting: pagesOf(counting),
    overQuota: pagesOf(overQuota),
    unknown: pagesOf(unknown),
    elsewhere: pagesOf(elsewhere),
    countedBefore: pagesOf(countedBefore),
  },
});
const names = (list: readonly EntryRange[]): Set<string> =>
  new Set(list.flatMap(({ first, count, ...of }) => Array.from({ length: count }, (_, i) => `${of.origin}.${of.incarnation}.${of.class}.${first + i}`)));

/** By origin, incarnation, class and sequence. */
const inOrder = (list: readonly string[]): string[] =>
  list
    .map((name) => name.split('.'))
    .sort(([a, ...x], [b, ...y]) => (a === b ? Number(x[0]) - Number(y[0]) || Number(x[1]) - Number(y[1]) || Number(x[2]) - Number(y[2]) : a! < b! ? -1 : 1))
    .map((parts) => parts.join('.'));

describe('what an hour earns', () => {
  test('is what a slow count over single packets says, in any order and in any parts', () => {
    fc.assert(
      fc.property(hour, (of) => {
        const { earning, counted, named } = earningOf(inputOf(of));
        // Packet by packet, as docs/proofs.md §7.1 says it.
        const [counting, before] = [names(of.counting), names(of.countedBefore)];
        const taken = new Set<string>();
        for (const hop of [hub, 'a', 'b']) {
          const mine = names(of.carried.filter((one) => one.next === hop).flatMap((one) => one.ranges));
          const fresh = inOrder([...mine]).filter((name) => counting.has(name) && !before.has(name) && !taken.has(name));
          for (const name of hop === hub ? fresh : fresh.slice(0, of.pairCap)) taken.add(name);
        }
        expect(earning).toBe(taken.size);
        expect(named).toBe(names(of.carried.filter((one) => one.next !== self).flatMap((one) => one.ranges)).size);
        expect(countIn(counted)).toBe(earning);
        for (const name of names(rangesOf(counted))) expect(counting.has(name) && !before.has(name)).toBe(true);

        const parts = of.carried.flatMap((one) => one.ranges.map((single) => ({ next: one.next, ranges: [single] }))).reverse();
        expect(earningOf(inputOf({ ...of, carried: parts }))).toEqual(earningOf(inputOf(of)));
      }),
    );
  });

  test('is explained: what was named either counts or is left out for one reason', () => {
    fc.assert(
      fc.property(hour, (of) => {
        const { earning, named, left } = earningOf(inputOf(of));
        expect(earning + Object.values(left).reduce((sum, count) => sum + count, 0)).toBe(named);
      }),
    );
  });

  test('is never counted for the node a second time', () => {
    fc.assert(
      fc.property(hour, (of) => {
        const first = earningOf(inputOf(of));
        const again = earningOf({ ...inputOf(of), countedBefore: unitePages(pagesOf(of.countedBefore), first.counted) });
        // What the cap held back may count in another hour, nothing else.
        expect(again.earning).toBeLessThanOrEqual(first.left['over-pair-cap'] ?? 0);
      }),
    );
  });

  test('has nothing of a hop that is the node itself or nobody, and no cap at the hub’s', () => {
    const pages = pagesOf([{ origin: origins[0]!, incarnation: 1 as Incarnation, class: 1, first: 1, count: 100 }]);
    const of = { ...inputOf({ carried: [], counting: [], overQuota: [], unknown: [], elsewhere: [], countedBefore: [], pairCap: 10 }), counting: pages };
    const by = (...hops: string[]) => earningOf({ ...of, carried: hops.map((hop) => ({ next: hop, pages })) });
    expect(by(self)).toMatchObject({ earning: 0, named: 0 });
    expect(by(stranger)).toMatchObject({ earning: 0, left: { 'next-not-registered': 100 } });
    expect(by('a')).toMatchObject({ earning: 10, left: { 'over-pair-cap': 90 } });
    expect(by('a', 'b')).toMatchObject({ earning: 20, receipted: 200 });
    expect(by(hub)).toMatchObject({ earning: 100, left: {} });
  });
});

test('pages and ranges are the same entries', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 5 }), (list, countMax) => {
      const pages = pagesOf(list);
      expect(names(rangesOf(pages, countMax))).toEqual(names(list));
      expect(pagesOf(rangesOf(pages, countMax))).toEqual(pages);
      expect(countIn(firstOf(pages, 7))).toBe(Math.min(7, countIn(pages)));
    }),
  );
});
