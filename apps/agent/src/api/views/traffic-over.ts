import type { CounterSum } from '../../ports.ts';
import type { TrafficAsked, TrafficSpan } from '../schema.ts';
import { midnight } from './day.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';
import { fold, zeros } from './traffic.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const days = { week: 7, month: 30 } as const;
const slotMs = { minute, 'ten-minutes': 10 * minute, hour } as const;
type Slot = TrafficSpan['slot'];

/** As fine as some 300 slots on a screen allow. */
const slotFor = (ms: number): Slot => (ms <= 3 * hour ? 'minute' : ms <= 2 * day ? 'ten-minutes' : ms <= 8 * day ? 'hour' : 'day');

/** Days that are over and do not change any more; the ones asked for longest ago go. */
const closedDaysMax = 64;
/** The running counts of a day reach the store some seconds late. */
const settledMs = hour;

/**
 * What was carried over days and weeks. The store holds minutes, a month of them in some 100,000 rows: days that are over are added up once,
 * and between two days the rest of the agent has its turn.
 */
export function trafficOver({
  clock,
  counters,
  latency,
}: Pick<Sources, 'clock' | 'counters'> & { readonly latency: Pick<Sources['latency'], 'over'> }): (asked: TrafficAsked) => Promise<TrafficSpan> {
  const closed = new Map<number, readonly CounterSum[]>();
  const wholeDay = (start: number, end: number): readonly CounterSum[] => {
    const known = closed.get(start);
    const sums = known ?? counters.sums(start, end, end - start);
    if (end + settledMs <= clock.wall()) {
      closed.delete(start);
      closed.set(start, sums);
      const oldest = closed.keys().next().value;
      if (closed.size > closedDaysMax && oldest !== undefined) closed.delete(oldest);
    }
    return sums;
  };
  return async (asked) => {
    const at = clock.wall();
    const { from, to, slot } = bounds(asked, at);
    const runs = counters.runs(from, to);
    const slots: TrafficSpan['slots'] = edges(from, to, slot).map(([start, end]) => {
      const passed = Math.min(end, at) - start;
      const ran = runs.reduce((sum, { startedAt, seenAt }) => sum + Math.max(0, Math.min(seenAt, end, at) - Math.max(startedAt, start)), 0);
      const share = passed > 0 ? Math.min(1, ran / passed) : 0;
      return share > 0 ? { start, end, ran: share, packets: zeros(), bytes: zeros() } : { start, end, ran: 0 };
    });
    const byStart = new Map(slots.map((one) => [one.start, one]));
    const sums: CounterSum[] = [];
    for (let start = from; start < to; start = midnight(start, 1)) {
      const end = Math.min(to, midnight(start, 1));
      sums.push(...(slot === 'day' ? wholeDay(start, end) : counters.sums(start, end, slotMs[slot])));
      await new Promise<void>((resolve) => {
        clock.after(0, resolve);
      });
    }
    const totals = fold(sums, (start) => byStart.get(start));
    // It is kept by days: of a part of one nothing can be said.
    const measured = from === midnight(from) && to === midnight(to) ? latency.over(from, to) : undefined;
    return { at, from, to, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, slot, slots, totals, ...defined({ latency: measured }) };
  };
}

function bounds(asked: TrafficAsked, at: number): { from: number; to: number; slot: Slot } {
  if ('last' in asked) return { from: midnight(at, 1 - days[asked.last]), to: midnight(at, 1), slot: 'day' };
  const slot = slotFor(asked.to - asked.from);
  if (slot === 'day') return { from: midnight(asked.from), to: midnight(asked.to - 1, 1), slot };
  // Slots begin with the day, so that an hour is one on the wall wherever the zone is.
  const align = (instant: number) => midnight(instant) + Math.floor((instant - midnight(instant)) / slotMs[slot]) * slotMs[slot];
  return { from: align(asked.from), to: align(asked.to - 1) + slotMs[slot], slot };
}

function edges(from: number, to: number, slot: Slot): [start: number, end: number][] {
  const list: [number, number][] = [];
  // Past midnight a slot begins anew: where clocks change by half an hour, the last one of the day is shorter.
  for (let start = from; start < to; ) {
    const next = midnight(start, 1);
    const end = slot === 'day' ? next : Math.min(next, start + slotMs[slot]);
    list.push([start, end]);
    start = end;
  }
  return list;
}
