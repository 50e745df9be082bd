import { expect, test } from 'vitest';
import type { Mesh, MeshOutput } from '../ports.ts';
import { dayStart } from './day.ts';
import { LatencyDays } from './latency-days.ts';

const today = dayStart(Date.UTC(2026, 5, 17, 12));
const hour = 3_600_000;
const before = (days: number) => dayStart(today + 12 * hour - days * 24 * hour);

/** A node whose packets come back when the test says so. */
function node(kept = new Map<string, string>()) {
  const told: ((output: MeshOutput) => void)[] = [];
  const timers: (() => void)[] = [];
  const refused: unknown[] = [];
  const state = { now: today + 12 * hour, trusted: true, full: false };
  const latency = LatencyDays.open({
    mesh: { subscribe: ((handler: (output: MeshOutput) => void) => told.push(handler) && (() => {})) as Mesh['subscribe'] },
    store: {
      get: (key) => kept.get(key),
      set: (key, value) => {
        if (state.full) throw new Error('the disk is full');
        kept.set(key, value);
      },
    },
    clock: {
      wall: () => state.now,
      monotonic: () => 0,
      after: (_, run) => {
        timers.push(run);
        return () => {};
      },
    },
    clockTrusted: () => state.trusted,
    onStoreError: (error) => refused.push(error),
  });
  const back = (rttMs: number, stream = 'backend') => {
    for (const handler of told) handler({ type: 'released', rttMs, runs: [{ stream }] } as unknown as MeshOutput);
  };
  return { latency, state, kept, refused, back, tick: () => timers.pop()?.() };
}

test('percentiles of many days are right to six per cent, in two hundred bytes a day', () => {
  const { latency, state, back, kept } = node();
  for (let day = 6; day >= 0; day--) {
    state.now = before(day) + hour;
    for (let i = 1; i <= 100; i++) back(i);
  }
  const { p50, p95, p99, samples } = latency.over(before(6), today + 24 * hour)!;
  expect(samples).toBe(700);
  for (const [found, true_] of [
    [p50, 50],
    [p95, 95],
    [p99, 99],
  ] as const)
    expect(Math.abs(found / true_ - 1)).toBeLessThan(0.065);
  expect(latency.over(today, today + 24 * hour)?.samples).toBe(100);
  expect(latency.over(before(20), before(10))).toBeUndefined();
  latency.flush();
  expect([...kept.values()].join().length / 7).toBeLessThan(300);
});

test('what was measured outlives a restart; damaged, it begins anew', () => {
  const kept = new Map<string, string>();
  const first = node(kept);
  first.back(40);
  first.latency[Symbol.dispose]();
  const second = node(kept);
  second.back(40);
  expect(second.latency.over(today, today + 1)?.samples).toBe(2);
  const broken = node(new Map([['latency.days', '[[1, "x"], {']]));
  expect([broken.latency.over(0, today + 1), broken.refused.length]).toEqual([undefined, 1]);
});

test('days beyond a month go, other streams and an untrusted clock do not count, what is beyond all measure does', () => {
  const { latency, state, back } = node();
  for (let day = 50; day >= 0; day--) {
    state.now = before(day) + hour;
    back(day === 0 ? 1e9 : 1e-6);
  }
  expect(latency.over(0, today + 1)?.samples).toBe(36);
  state.trusted = false;
  back(10);
  state.trusted = true;
  back(10, 'node');
  back(0);
  expect(latency.over(0, today + 1)?.samples).toBe(36);
});

test('a full disk is told, and written to when there is room again', () => {
  const { latency, state, back, tick, kept, refused } = node();
  state.full = true;
  back(10);
  tick();
  expect([refused.length, kept.size]).toEqual([1, 0]);
  state.full = false;
  tick();
  expect(kept.size).toBe(1);
  expect(latency.over(today, today + 1)?.samples).toBe(1);
});
