import { expect, it } from 'vitest';
import { longestWait, waitShare } from './waits.ts';

it('the scale ends at 5 s and at an hour, whatever waited', () => {
  expect([0, 5000, 3_600_000, 86_400_000].map(waitShare)).toEqual([0, 0, 1, 1]);
  expect(waitShare(60_000)).toBeGreaterThan(0.3);
});

it('the longest wait is named where it ended; a few seconds are none', () => {
  expect(longestWait([null, { oldestMs: 4000 }, null])).toBeUndefined();
  expect(longestWait([{ oldestMs: 9000 }, { oldestMs: 70_000 }, { oldestMs: 70_000 }, { oldestMs: 6000 }])).toEqual({ slot: 2, oldestMs: 70_000 });
});
