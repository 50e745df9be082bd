import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../live/model.ts';
import { timelineOf } from './timeline.ts';

const dayStart = Date.UTC(2026, 8, 17);
const hour = 3_600_000;
const dayEnd = dayStart + 24 * hour;
let id = 0;
/** Oldest first; the log tells them newest first. */
const log = (...entries: (Pick<LogEntry, 'kind' | 'at'> & Partial<LogEntry>)[]): LogEntry[] => {
  id = 0;
  return entries.map((entry) => ({ id: ++id, detail: '', ...entry })).toReversed();
};

describe('the day as a timeline', () => {
  it('has what broke for as long as it was broken', () => {
    const { outages } = timelineOf(
      log(
        { kind: 'neighbour-down', at: dayStart + hour, node: 'b'.repeat(16), nodeName: 'Bakery', healedMs: 1800 },
        { kind: 'backend-down', at: dayStart + 2 * hour },
        { kind: 'gateway-lost', at: dayStart + 3 * hour },
        { kind: 'backend-up', at: dayStart + 4 * hour },
      ),
      dayStart,
      dayEnd,
    );
    expect(outages).toEqual([
      { id: 1, lane: 'neighbours', from: dayStart + hour, to: dayStart + hour + 1800, name: 'Bakery' },
      { id: 2, lane: 'backend', from: dayStart + 2 * hour, to: dayStart + 4 * hour, name: undefined },
      { id: 3, lane: 'way', from: dayStart + 3 * hour, to: undefined, name: undefined },
    ]);
  });

  it('an outage of the night before reaches into the day; one that was over is not of it', () => {
    const { outages } = timelineOf(
      log({ kind: 'gateway-lost', at: dayStart - 3 * hour, healedMs: hour }, { kind: 'gateway-lost', at: dayStart - hour, healedMs: 2 * hour }),
      dayStart,
      dayEnd,
    );
    expect(outages).toEqual([{ id: 2, lane: 'way', from: dayStart, to: dayStart + hour, name: undefined }]);
  });

  it('tells where the log begins', () => {
    const entries = log({ kind: 'route-changed', at: dayStart + 5 * hour }, { kind: 'started', at: dayStart + 6 * hour });
    expect(timelineOf(entries, dayStart, dayEnd)).toMatchObject({
      knownFrom: dayStart + 5 * hour,
      moves: [dayStart + 5 * hour],
      starts: [dayStart + 6 * hour],
    });
    expect(timelineOf([...entries, ...log({ kind: 'login', at: dayStart - hour })], dayStart, dayEnd).knownFrom).toBeUndefined();
  });
});
