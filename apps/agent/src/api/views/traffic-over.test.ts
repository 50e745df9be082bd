import { beforeEach, describe, expect, test } from 'vitest';
import type { CounterSum, RunSpan } from '../../ports.ts';
import * as schema from '../schema.ts';
import { midnight } from './day.ts';
import { trafficOver } from './traffic-over.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = midnight(Date.UTC(2026, 5, 15, 12)) + 14.5 * hour;

let minutes: (Omit<CounterSum, 'slot'> & { at: number })[];
let runs: RunSpan[];
let asked: { from: number; to: number; slotMs: number }[];
let over: ReturnType<typeof trafficOver>;

/** As the store sums: slots counted from `from`. */
function sums(from: number, to: number, slotMs: number): CounterSum[] {
  asked.push({ from, to, slotMs });
  return minutes
    .filter((row) => row.at >= from && row.at < to)
    .map(({ at: when, ...row }) => ({ ...row, slot: from + Math.floor((when - from) / slotMs) * slotMs }));
}

beforeEach(() => {
  minutes = [];
  runs = [{ startedAt: midnight(at, -3), seenAt: at }];
  asked = [];
  const clock = {
    wall: () => at,
    monotonic: () => 0,
    after: (_ms: number, run: () => void) => {
      queueMicrotask(run);
      return () => {};
    },
  };
  over = trafficOver({
    clock,
    counters: { sums, runs: (from, to) => runs.filter((run) => run.seenAt >= from && run.startedAt < to), onChange: () => () => {} },
    latency: { over: (from, to) => ({ p50: 20, p95: 40, p99: 90, samples: Math.round((to - from) / hour) }) },
  });
});

const one = (when: number, packets: number) => ({ at: when, traffic: 0, direction: 0, class: 1, packets, bytes: packets * 10 });

describe('traffic over days', () => {
  test('a week is seven days, today the last: zero where the node ran and carried nothing, a gap where it did not run', async () => {
    minutes = [one(midnight(at) + hour, 5), one(midnight(at, -2) + 23 * hour, 7)];
    const view = await over({ last: 'week' });
    expect(schema.trafficSpan.parse(view)).toEqual(view);
    expect(view).toMatchObject({ slot: 'day', from: midnight(at, -6), to: midnight(at, 1) });
    expect(view.slots.map(({ packets }) => packets?.devices)).toEqual([undefined, undefined, undefined, 0, 7, 0, 5]);
    expect(view.slots.map(({ ran }) => ran)).toEqual([0, 0, 0, 1, 1, 1, 1]);
    expect(view.totals).toMatchObject({ up: 12, packets: { devices: 12 }, bytes: { devices: 120 } });
  });

  test('how long packets took is told of whole days, not of a part of one', async () => {
    expect((await over({ last: 'week' })).latency).toEqual({ p50: 20, p95: 40, p99: 90, samples: 7 * 24 });
    expect((await over({ from: midnight(at, -1), to: midnight(at) })).latency?.samples).toBe(24);
    expect((await over({ from: midnight(at, -1), to: midnight(at) - hour })).latency).toBeUndefined();
  });

  test('a month is the thirty days that earnings count too', async () => {
    const { slots, from } = await over({ last: 'month' });
    expect(slots).toHaveLength(30);
    expect(from).toBe(midnight(at, -29));
  });

  test('a day of which the node ran a part says how large a part', async () => {
    runs = [{ startedAt: midnight(at, -1) + 6 * hour, seenAt: midnight(at, -1) + 12 * hour }];
    const { slots } = await over({ last: 'week' });
    expect(slots[5]!.ran).toBeCloseTo((6 * hour) / (midnight(at) - midnight(at, -1)));
    expect(slots[6]).toEqual({ start: midnight(at), end: midnight(at, 1), ran: 0 });
  });

  test('days that are over are added up once, today each time', async () => {
    await over({ last: 'month' });
    expect(asked).toHaveLength(30);
    asked = [];
    await over({ last: 'week' });
    expect(asked.map(({ from }) => from)).toEqual([midnight(at)]);
  });

  test.each([
    [2 * hour, 'minute', 120],
    [6 * hour, 'ten-minutes', 36],
    [3 * day, 'hour', 72],
    [20 * day, 'day', 20],
  ] as const)('%d ms are shown by the %s', async (ms, slot, count) => {
    const view = await over({ from: midnight(at, -20), to: midnight(at, -20) + ms });
    expect(view.slot).toBe(slot);
    expect(view.slots.length).toBeGreaterThanOrEqual(count);
    expect(view.slots.length).toBeLessThanOrEqual(count + 1);
  });

  test('slots begin and end with a whole one, and what was counted in them stands in them', async () => {
    const nine = midnight(at) + 9 * hour;
    minutes = [one(nine + 11 * 60_000, 3), one(nine + 19 * 60_000, 4), one(nine + 4 * hour, 100)];
    const view = await over({ from: nine + 60_000, to: nine + 3.6 * hour });
    expect(view.from).toBe(nine);
    expect(view.slots[1]).toMatchObject({ start: nine + 600_000, packets: { devices: 7 } });
    expect(view.totals.packets.devices).toBe(7);
    expect(view.to).toBe(nine + 3.5 * hour + 600_000);
  });

  test('what cannot be asked names the field and the bound', () => {
    const why = (input: unknown) => schema.trafficAsked.safeParse(input).error?.message;
    expect(why({ from: 5, to: 5 })).toContain('must be later than from');
    expect(why({ from: 0, to: 40 * day })).toContain('at most 36 days');
    expect(why({ last: 'year' })).toBeDefined();
  });
});
