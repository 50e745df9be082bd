import { describe, expect, it } from 'vitest';
import { dayTicks, timeTicks } from './ticks.ts';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 8, 11);
const slots = (count: number, ms: number, from = start) => Array.from({ length: count }, (_, i) => ({ start: from + i * ms, end: from + (i + 1) * ms }));

describe('names under bars of days', () => {
  it('are the weekdays of a week, the last one today', () => {
    const ticks = dayTicks(slots(7, day), start + 6.5 * day, 'UTC', 'today');
    expect(ticks.map(({ text }) => text)).toEqual(['Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed', 'today']);
    expect(ticks.at(-1)).toMatchObject({ strong: true });
  });

  it('are a date a week in a month, none of them in the way of today', () => {
    const ticks = dayTicks(slots(30, day), start + 29.5 * day, 'UTC', 'today');
    expect(ticks.map(({ slot, text }) => [slot, text])).toEqual([
      [0, '11 Sept'],
      [7, '18 Sept'],
      [14, '25 Sept'],
      [21, '2 Oct'],
      [29, 'today'],
    ]);
  });
});

describe('names where time goes on', () => {
  it('are as many as fit, and midnight tells the date', () => {
    const ticks = timeTicks(slots(72, hour), 600, 'UTC');
    expect(ticks.map(({ text }) => text)).toEqual(['11 Sept', '12:00', '12 Sept', '12:00', '13 Sept', '12:00']);
    expect(timeTicks(slots(120, 60_000, start + 9 * hour), 300, 'UTC').map(({ text }) => text)).toEqual(['09:00', '09:30', '10:00', '10:30']);
  });

  it('are none of nothing', () => expect(timeTicks([], 300, 'UTC')).toEqual([]));
});
