import type { TrafficAsked, TrafficSpan } from '@energymesh/agent/schema';
import { random } from './seeded-mesh.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Simulated: traffic of past days, the same for the same hour whenever it is asked for; UTC. */
export function spanOf(asked: TrafficAsked, at: number, quiet: boolean): TrafficSpan {
  const today = Math.floor(at / day) * day;
  const [from, to] = 'last' in asked ? [today - (asked.last === 'week' ? 6 : 29) * day, today + day] : [asked.from, asked.to];
  const span = to - from;
  const [slot, ms] =
    'last' in asked || span > 8 * day
      ? (['day', day] as const)
      : span > 2 * day
        ? (['hour', hour] as const)
        : span > 3 * hour
          ? (['ten-minutes', 10 * minute] as const)
          : (['minute', minute] as const);
  const first = Math.floor(from / ms) * ms;
  const totals: TrafficSpan['totals'] = {
    packets: { devices: 0, betweenNodes: 0, reports: 0 },
    bytes: { devices: 0, betweenNodes: 0, reports: 0 },
    up: 0,
    down: 0,
    between: 0,
    byClass: [],
  };
  const slots: TrafficSpan['slots'] = [];
  for (let start = first; start < to; start += ms) {
    const ago = Math.round((today - Math.floor(start / day) * day) / day);
    // Off for one day three weeks ago; ran and carried nothing five days ago.
    if (start > at || ago === 22) {
      slots.push({ start, end: start + ms, ran: 0 });
      continue;
    }
    const next = random(Math.floor(start / ms));
    const scale = quiet || ago === 5 ? 0 : (Math.min(start + ms, at) - start) / (10 * minute);
    const busy = 1 + Math.sin(((start % day) / day) * 2 * Math.PI - 1.6) * 0.55;
    const packets = {
      devices: Math.round(130 * scale * busy * (0.8 + next() * 0.4)),
      betweenNodes: Math.round(55 * scale * (0.8 + next() * 0.4)),
      reports: Math.round(34 * scale * (0.8 + next() * 0.4)),
    };
    const bytes = { devices: packets.devices * 214, betweenNodes: packets.betweenNodes * 96, reports: packets.reports * 640 };
    for (const type of ['devices', 'betweenNodes', 'reports'] as const) {
      totals.packets[type] += packets[type];
      totals.bytes[type] += bytes[type];
    }
    slots.push({ start, end: start + ms, ran: 1, packets, bytes });
  }
  const all = totals.packets.devices + totals.packets.reports;
  totals.between = totals.packets.betweenNodes;
  totals.down = Math.round(all * 0.05);
  totals.up = all - totals.down;
  totals.byClass = [0.06, 0.71, 0.21, 0.02].map((share, cls) => ({
    class: cls,
    packets: Math.round((all + totals.between) * share),
    bytes: Math.round((all + totals.between) * share * 180),
  }));
  return {
    at,
    from: first,
    to: Math.ceil(to / ms) * ms,
    timeZone: 'UTC',
    slot,
    slots,
    totals,
    ...(slot === 'day' ? { latency: { p50: 34, p95: 88, p99: 240, samples: all } } : {}),
  };
}
