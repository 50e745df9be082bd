import type { Amounts, Earnings } from '@energymesh/agent/rewards-schema';
import { describe, expect, it } from 'vitest';
import { askFor, columnsOf, heightOf, midnightAfter } from './columns.ts';

const hourMs = 3_600_000;
const day = Date.UTC(2026, 8, 24);
const none: Amounts = { pending: '0', proved: '0', claimed: '0', paid: '0', lost: '0' };
const period = (from: number) => ({ from, to: day, amounts: none, packets: 0, hours: 0, unknown: 0 });
const earnings = (epochSeconds: number, at: number): Pick<Earnings, 'periods' | 'terms' | 'at'> => ({
  at,
  periods: { today: period(day), week: period(day - 6 * 24 * hourMs), month: period(day - 29 * 24 * hourMs) },
  terms: { network: 'other', passphrase: 'x', contract: 'C', epochSeconds, testHours: epochSeconds !== 3600, rpc: [] },
});
const bucket = (i: number, amounts?: Partial<Amounts>, ms = hourMs) => ({
  start: day + i * ms,
  end: day + (i + 1) * ms,
  unknown: 0,
  ...(amounts && { amounts: { ...none, ...amounts } }),
});

describe('what is asked for', () => {
  it('is the day by hours, week and month by days', () => {
    const of = earnings(3600, day + 14 * hourMs);
    expect(askFor('today', of)).toEqual({ by: 'hour', from: day, buckets: 25, cut: false });
    expect(askFor('week', of)).toMatchObject({ by: 'day', from: day - 6 * 24 * hourMs, buckets: 7 });
    expect(askFor('month', of)).toMatchObject({ by: 'day', buckets: 30 });
  });

  it('of short hours is never more than the node answers', () => {
    expect(askFor('today', earnings(300, day + hourMs))).toMatchObject({ buckets: 300, cut: false });
    const at = day + 14 * hourMs + 7000;
    const ask = askFor('today', earnings(20, at));
    expect(ask).toEqual({ by: 'hour', from: at - 7000 - 119 * 20_000, buckets: 120, cut: true });
    // Never into yesterday.
    expect(askFor('today', earnings(20, day + 60_000))).toMatchObject({ from: day });
  });
});

describe('columns', () => {
  const now = day + 4.5 * hourMs;
  const of = (buckets: ReturnType<typeof bucket>[]) => columnsOf({ buckets }, { from: day, to: day + 24 * hourMs, now });

  it('tell earned, zero, gap and future apart', () => {
    const columns = of([
      bucket(0, { paid: '100000', lost: '7' }),
      bucket(1, {}),
      bucket(2),
      bucket(3, { lost: '5' }),
      bucket(4, { pending: '20000' }),
      bucket(5),
    ]);
    expect(columns.map(({ at }) => at)).toEqual(['earned', 'zero', 'gap', 'zero', 'earned', 'future']);
    expect(columns[0]).toMatchObject({ paid: 0.01, coming: 0, pending: 0, lost: true });
    expect([columns[1], columns[3]]).toMatchObject([{ lost: false }, { lost: true }]);
    expect(columns.map(heightOf)).toEqual([0.01, 0, 0, 0, 0.002, 0]);
  });

  it('of many short hours are folded, and lose nothing', () => {
    const ms = 300_000;
    const buckets = Array.from({ length: 300 }, (_, i) => bucket(i, i < 40 ? { proved: '1000', claimed: '1000' } : undefined, ms));
    const columns = columnsOf({ buckets }, { from: day, to: day + 24 * hourMs, now });
    expect(columns.length).toBeLessThanOrEqual(96);
    expect(columns.at(-1)!.end).toBeLessThanOrEqual(day + 24 * hourMs);
    expect(columns.reduce((sum, column) => sum + heightOf(column), 0)).toBeCloseTo(40 * 0.0002, 10);
  });
});

it('a day ends at midnight on the wall', () => {
  expect(midnightAfter(day, 'UTC')).toBe(day + 24 * hourMs);
  const before = Date.UTC(2026, 9, 24, 22);
  expect(midnightAfter(before, 'Europe/Zurich')).toBe(before + 25 * hourMs);
  expect(midnightAfter(day, 'Mars/Olympus')).toBe(day + 24 * hourMs);
});
