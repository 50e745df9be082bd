import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Home, homeEpochs, isSettled, judgeHome, movingEpochs, settlingEpochs, usualOf } from './home.ts';

const quota = 3600;
type Brought = Readonly<Record<string, number>>;

/** Epoch after epoch: what counted in each, per node, and where the device belongs in the end. */
function live(
  hours: readonly Brought[],
  from?: Home,
): { readonly home: Home | undefined; readonly counted: readonly (readonly [string, number] | undefined)[] } {
  let home = from;
  const counted = hours.map((brought) => {
    const verdict = judgeHome(home, new Map(Object.entries(brought)), quota);
    home = verdict.home;
    return verdict.counts && ([verdict.counts.node, Math.min(brought[verdict.counts.node]!, verdict.counts.atMost)] as const);
  });
  return { home, counted };
}
const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);
const settled = live(times(settlingEpochs, { a: 360 })).home!;
const sumFor = (node: string, counted: ReturnType<typeof live>['counted']): number => counted.reduce((sum, one) => sum + (one?.[0] === node ? one[1] : 0), 0);

describe('a device that stays where it is', () => {
  test('counts from its first hour on, in full, and belongs there after a day', () => {
    const { home, counted } = live(times(settlingEpochs, { a: 360 }));
    expect(counted).toEqual(times(settlingEpochs, ['a', 360]));
    expect(isSettled(home!)).toBe(true);
    expect(isSettled(live(times(settlingEpochs - 1, { a: 360 })).home!)).toBe(false);
  });

  test('is not touched by whatever others say of it, however long, and they get nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ a: fc.integer({ min: 1, max: quota }), b: fc.nat(9999), c: fc.nat(9999) }), { maxLength: 300 }), (hours) => {
        const { home, counted } = live(hours, settled);
        expect(home!.node).toBe('a');
        expect(counted).toEqual(hours.map(({ a }) => ['a', a]));
      }),
    );
  });

  test('is remembered, with its rate, for as long as it is silent and while everything is', () => {
    expect(live(times(1000, {}), settled)).toMatchObject({ home: settled, counted: times(1000, undefined) });
  });
});

describe('a device that is not at home', () => {
  test('counts at its new node at once, at its usual rate, and moves there after a week of it', () => {
    const { home, counted } = live(times(movingEpochs, { b: 700 }), settled);
    expect(counted).toEqual(times(movingEpochs, ['b', 360]));
    expect(home).toEqual({ node: 'b', hours: settled.hours, atMost: 360 });
    expect(live(times(movingEpochs - 1, { b: 700 }), settled).home!.node).toBe('a');
    // There too it sends what it used to: who waits for a device to fall silent does not get its quota for it.
    expect(live([{ b: 3600 }], home).counted).toEqual([['b', 360]]);
  });

  test('is back as soon as its home brings a packet of it, and the week begins anew', () => {
    const { home, counted } = live([...times(movingEpochs - 1, { b: 360 }), { a: 1, b: 360 }, ...times(movingEpochs - 1, { b: 360 })], settled);
    expect(counted[movingEpochs - 1]).toEqual(['a', 1]);
    expect(home!.node).toBe('a');
  });

  test('never counts for more than it used to send, whoever speaks for it', () => {
    const hour = fc.dictionary(fc.constantFrom('b', 'c', 'd'), fc.integer({ min: 1, max: 9999 }), { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(hour, { maxLength: 400 }), (hours) => {
        for (const one of live(hours, settled).counted) expect(one?.[1] ?? 0).toBeLessThanOrEqual(usualOf(settled));
      }),
    );
  });

  test('silence in between neither helps nor hurts a guest, two guests at once get nothing', () => {
    const half = movingEpochs / 2;
    expect(live([...times(half, { b: 360 }), ...times(50, {}), { b: 360, c: 1 }, ...times(half, { b: 360 })], settled).home!.node).toBe('b');
    expect(live([{ b: 360, c: 360 }], settled).counted).toEqual([undefined]);
  });
});

describe('a device that is new', () => {
  test('earns nobody anything while two speak for it, and settles by nothing of that', () => {
    const { home, counted } = live(times(500, { a: 360, b: 3600 }));
    expect([home, counted]).toEqual([undefined, times(500, undefined)]);
    expect(live([...times(20, { a: 360 }), ...times(500, { a: 360, b: 1 })]).home).toMatchObject({ node: 'a', hours: times(20, 360) });
  });

  test('is of whoever brings it, as a single packet in its name before buys nothing', () => {
    expect(live([{ b: 1 }, ...times(settlingEpochs, { a: 360 })])).toMatchObject({
      home: { node: 'a' },
      counted: [['b', 1], ...times(settlingEpochs, ['a', 360])],
    });
  });

  test('is where people say, at once', () => {
    const { home, counted } = live(times(3, { a: 360, b: 3600 }), { node: 'a', hours: [], named: true });
    expect(counted).toEqual(times(3, ['a', 360]));
    expect(home).toMatchObject({ node: 'a', named: true });
  });
});

test('what is kept is bounded, and the usual rate is not moved by an hour', () => {
  const { home } = live([...times(500, { a: 360 }), ...times(homeEpochs / 2 - 1, { a: 3600 })]);
  expect(home!.hours).toHaveLength(homeEpochs);
  expect(usualOf(home!)).toBe(360);
});

test('what one liar gets for the names of devices that are at home is nothing, of those that are silent what they would have sent', () => {
  const lies = times(400, { a: 360, liar: 3600 });
  expect(sumFor('liar', live(lies, settled).counted)).toBe(0);
  expect(sumFor('liar', live(times(400, { liar: 3600 }), settled).counted)).toBe(400 * 360);
});
