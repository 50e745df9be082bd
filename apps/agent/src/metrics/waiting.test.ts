import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { Waiting } from './waiting.ts';

const minute = 60_000;

test('the worst of each slot; null where nobody looked', () => {
  const clock = new VirtualClock();
  const start = clock.wall();
  let backlog: { waiting: number; oldestMs: number | undefined } = { waiting: 0, oldestMs: undefined };
  using waiting = Waiting.open({ backlog: () => backlog, clock });
  clock.advance(9 * minute);
  backlog = { waiting: 30, oldestMs: 42_000 };
  clock.advance(2 * minute);
  backlog = { waiting: 2, oldestMs: 1000 };
  clock.advance(8 * minute);
  expect(waiting.worst(start - 10 * minute, start + 30 * minute, 10 * minute)).toEqual([
    null,
    { oldestMs: 42_000, waiting: 30 },
    { oldestMs: 42_000, waiting: 30 },
    null,
  ]);
});

test('holds two days, then forgets the oldest minutes; stops looking when disposed', () => {
  const clock = new VirtualClock();
  const start = clock.wall();
  const waiting = Waiting.open({ backlog: () => ({ waiting: 1, oldestMs: 5 }), clock, everyMs: minute });
  clock.advance(50 * 60 * minute);
  const hours = waiting.worst(start, start + 50 * 60 * minute, 60 * minute);
  expect(hours.slice(0, 2)).toEqual([null, null]);
  expect(hours.slice(3)).not.toContain(null);
  waiting[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
