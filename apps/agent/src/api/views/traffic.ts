import type { CounterSum } from '../../ports.ts';
import type { Feed } from '../ports.ts';
import type { TrafficSpan, TrafficToday } from '../schema.ts';
import { midnight } from './day.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';

const bucketMs = 10 * 60_000;
const names = ['devices', 'betweenNodes', 'reports'] as const;
export const zeros = () => ({ devices: 0, betweenNodes: 0, reports: 0 });

/** Midnight before `at` in this machine's time zone, and the next: 23, 24 or 25 hours on. */
export const dayOf = (at: number): { start: number; end: number } => ({ start: midnight(at), end: midnight(at, 1) });

/** Adds each sum to its bucket and to the totals. A bucket that something was counted in was running, whatever the clock did meanwhile. */
export function fold(
  sums: readonly CounterSum[],
  bucketOf: (slot: number) => Pick<TrafficSpan['slots'][number], 'packets' | 'bytes'> | undefined,
): TrafficSpan['totals'] {
  const totals: TrafficSpan['totals'] = {
    packets: zeros(),
    bytes: zeros(),
    up: 0,
    down: 0,
    between: 0,
    byClass: [0, 1, 2, 3].map((cls) => ({ class: cls, packets: 0, bytes: 0 })),
  };
  for (const sum of sums) {
    const name = names[sum.traffic] ?? 'devices';
    const bucket = bucketOf(sum.slot);
    if (bucket) {
      bucket.packets ??= zeros();
      bucket.bytes ??= zeros();
      bucket.packets[name] += sum.packets;
      bucket.bytes[name] += sum.bytes;
    }
    totals.packets[name] += sum.packets;
    totals.bytes[name] += sum.bytes;
    if (sum.direction === 0) totals.up += sum.packets;
    if (sum.direction === 1) totals.down += sum.packets;
    if (sum.direction === 2) totals.between += sum.packets;
    const ofClass = totals.byClass[sum.class];
    if (ofClass) {
      ofClass.packets += sum.packets;
      ofClass.bytes += sum.bytes;
    }
  }
  return totals;
}

type Needs = Pick<Sources, 'clock' | 'counters' | 'custody' | 'latency' | 'waiting'>;

export function trafficFeed({ clock, counters, custody, latency, waiting: waited }: Needs): Feed<TrafficToday> {
  return {
    current: () => {
      const at = clock.wall();
      const { start, end } = dayOf(at);
      const runs = counters.runs(start, end);
      const buckets: TrafficToday['buckets'] = [];
      for (let slot = start; slot < end; slot += bucketMs) {
        const ran = slot <= at && runs.some(({ startedAt, seenAt }) => startedAt < slot + bucketMs && seenAt >= slot);
        buckets.push(ran ? { start: slot, packets: zeros(), bytes: zeros() } : { start: slot });
      }
      const totals = fold(counters.sums(start, end, bucketMs), (slot) => buckets[Math.round((slot - start) / bucketMs)]);
      const { waiting, bytes, oldestMs, expired, dropped } = custody.backlog();
      return {
        at,
        dayStart: start,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        buckets,
        totals,
        backlog: { waiting, bytes, ...defined({ oldestMs }), expired, dropped },
        ...defined({ latency: latency.read() }),
        waited: waited.worst(start, end, bucketMs),
      };
    },
    onChange: (handler) => counters.onChange(handler),
  };
}
