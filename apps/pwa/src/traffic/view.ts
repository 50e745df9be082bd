import type { TrafficAsked, TrafficSpan } from '../live/model.ts';

/** What the page shows: today as it grows, the last days, or a window that was brushed out of either. */
export type View = { readonly last: 'today' | 'week' | 'month' } | { readonly from: number; readonly to: number };

const hour = 3_600_000;
const day = 24 * hour;
/** The agent keeps 35 days of minutes. */
const keptMs = 35 * day;
const windowMsMin = 10 * 60_000;

/** A view has an address; one that cannot be is today. */
export function viewOf(parameters: { get(name: string): string | null }): View {
  const last = parameters.get('last');
  if (last === 'week' || last === 'month') return { last };
  const [from, to] = [parameters.get('from'), parameters.get('to')].map((text) => (text !== null && /^\d{1,13}$/.test(text) ? Number(text) : Number.NaN));
  return from !== undefined && to !== undefined && from < to && to - from <= keptMs ? { from, to } : { last: 'today' };
}

export function addressOf(view: View): string {
  if ('from' in view) return `/traffic?from=${view.from}&to=${view.to}`;
  return view.last === 'today' ? '/traffic' : `/traffic?last=${view.last}`;
}

/** What to ask the node for; today comes by itself. */
export const askedOf = (view: View): TrafficAsked | undefined =>
  'from' in view ? { from: view.from, to: view.to } : view.last === 'today' ? undefined : { last: view.last };

/** Of a window from `from` to `to`: what it becomes by a button. Undefined: it goes no further that way. `now`: the node's time. */
export interface Window {
  readonly from: number;
  readonly to: number;
}
export type Step = 'earlier' | 'later' | 'closer' | 'wider';

export function stepped({ from, to }: Window, step: Step, now: number): View | undefined {
  const span = to - from;
  const [oldest, newest] = [now - keptMs, now + day];
  switch (step) {
    case 'earlier': {
      const by = Math.min(span / 2, from - oldest);
      return by > span / 20 ? { from: round(from - by), to: round(to - by) } : undefined;
    }
    case 'later':
      return to < now ? { from: round(from + span / 2), to: round(to + span / 2) } : undefined;
    case 'closer': {
      if (span / 2 < windowMsMin) return undefined;
      // What is to come is not worth coming closer to.
      const middle = Math.min((from + to) / 2, Math.max(from, now - span / 4));
      return { from: round(Math.max(from, middle - span / 4)), to: round(middle + span / 4) };
    }
    case 'wider': {
      if (span >= 30 * day) return undefined;
      const wider = { from: Math.max(oldest, from - span / 2), to: Math.min(newest, to + span / 2) };
      return wider.to - wider.from > 30 * day ? { last: 'month' } : { from: round(wider.from), to: round(wider.to) };
    }
  }
}

const round = (at: number): number => Math.round(at / 60_000) * 60_000;

/** Days of a span in which the node did not run at all, after the first in which it did. */
export function daysOff({ slots, at, slot }: Pick<TrafficSpan, 'slots' | 'at' | 'slot'>): number[] {
  if (slot !== 'day') return [];
  const first = slots.findIndex(({ packets }) => packets);
  return slots.filter(({ packets, start }, i) => first >= 0 && i > first && start <= at && !packets).map(({ start }) => start);
}
