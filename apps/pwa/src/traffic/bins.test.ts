import { describe, expect, it } from 'vitest';
import { binMs, binsOf, peakOf, rowsOf, runsOf, scaleOf, slotsOf } from './bins.ts';

const dayStart = Date.UTC(2026, 8, 17);
const packets = (devices: number, betweenNodes = 0, reports = 0) => ({ devices, betweenNodes, reports });
const day = (of: (i: number) => ReturnType<typeof packets> | undefined) =>
  slotsOf({
    buckets: Array.from({ length: 144 }, (_, i) => {
      const value = of(i);
      return { start: dayStart + i * binMs, ...(value ? { packets: value } : {}) };
    }),
  });

describe('the ten-minute comb', () => {
  it('tells nothing carried from not running from not yet', () => {
    const bins = binsOf(
      day((i) => (i < 6 ? packets(3, 2, 1) : i < 12 ? undefined : i < 18 ? packets(0) : undefined)),
      dayStart + 18.5 * binMs,
    );
    expect(bins.map((bin) => bin.at).slice(0, 21)).toEqual([
      ...Array(6).fill('carried'),
      ...Array(6).fill('gap'),
      ...Array(6).fill('zero'),
      'gap',
      'future',
      'future',
    ]);
    expect(bins[0]).toMatchObject({ total: 6 });
    expect(runsOf(bins, 'zero')).toEqual([{ first: 12, count: 6 }]);
    expect(runsOf(bins, 'gap')).toEqual([
      { first: 6, count: 6 },
      { first: 18, count: 1 },
    ]);
  });

  it('ends where the node was last heard, whatever came with the data', () => {
    const bins = binsOf(
      day(() => packets(1)),
      dayStart + 3 * binMs,
    );
    expect(bins.filter((bin) => bin.at === 'carried')).toHaveLength(4);
  });

  it('an empty day has no peak and no lines', () => {
    const bins = binsOf(
      day(() => packets(0)),
      dayStart + 50 * binMs,
    );
    expect(peakOf(bins)).toBe(0);
    expect(scaleOf(0)).toEqual({ top: 1, lines: [] });
  });
});

describe('the scale', () => {
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [7, [2, 4, 6]],
    [50, [20, 40]],
    [338, [100, 200, 300]],
    [300, [100, 200, 300]],
    [2999, [1000, 2000]],
  ])('of a peak of %d has lines at %j', (peak, lines) => {
    expect(scaleOf(peak)).toEqual({ top: peak, lines });
  });
});

it('the table folds six bins into an hour, keeps gaps apart from zeros and stops at now', () => {
  const bins = binsOf(
    day((i) => (i < 6 ? packets(10, 1) : i < 12 ? undefined : packets(0))),
    dayStart + 13 * binMs,
  );
  expect(rowsOf(bins, 6)).toEqual([
    { start: dayStart, parts: packets(60, 6) },
    { start: dayStart + 6 * binMs, parts: undefined },
    { start: dayStart + 12 * binMs, parts: packets(0) },
  ]);
});
