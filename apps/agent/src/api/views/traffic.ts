import type { Feed } from '../ports.ts';
import type { TrafficToday } from '../schema.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';

const bucketMs = 10 * 60_000;
const names = ['devices', 'betweenNodes', 'reports'] as const;
const zeros = () => ({ devices: 0, betweenNodes: 0, reports: 0 });

/** Midnight before `at` in this machine's time zone, and the next: 23, 24 or 25 hours on. */
export function dayOf(at: number): { start: number; end: number } {
  const date = new Date(at);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return { start: new Date(year, month, day).getTime(), end: new Date(year, month, day + 1).getTime() };
}

export function trafficFeed({ clock, counters, custody, latency }: Pick<Sources, 'clock' | 'counters' | 'custody' | 'latency'>): Feed<TrafficToday> {
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
      const totals: TrafficToday['totals'] = {
        packets: zeros(),
        bytes: zeros(),
        up: 0,
        down: 0,
        between: 0,
        byClass: [0, 1, 2, 3].map((cls) => ({ class: cls, packets: 0, bytes: 0 })),
      };
      for (const sum of counters.sums(start, end, bucketMs)) {
        const name = names[sum.traffic] ?? 'devices';
        const bucket = buckets[Math.round((sum.slot - start) / bucketMs)];
        // Counted is running, whatever the clock did meanwhile.
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
      const { waiting, bytes, oldestMs, expired, dropped } = custody.backlog();
      return {
        at,
        dayStart: start,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        buckets,
        totals,
        backlog: { waiting, bytes, ...defined({ oldestMs }), expired, dropped },
        ...defined({ latency: latency.read() }),
      };
    },
    onChange: (handler) => counters.onChange(handler),
  };
}
