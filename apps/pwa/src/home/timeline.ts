import type { LogEntry } from '../live/model.ts';
import { breaks, ends } from './log.ts';

export const lanes = ['neighbours', 'way', 'backend'] as const;
type Lane = (typeof lanes)[number];

/** Something that was broken, from when to when; without an end it still is. */
export interface Outage {
  readonly id: number;
  readonly lane: Lane;
  readonly from: number;
  readonly to: number | undefined;
  readonly name: string | undefined;
}

const laneOf: Partial<Record<LogEntry['kind'], Lane>> = { 'neighbour-down': 'neighbours', 'gateway-lost': 'way', 'backend-down': 'backend' };

export interface Timeline {
  readonly outages: readonly Outage[];
  /** When another way out was taken, and when this node started. */
  readonly moves: readonly number[];
  readonly starts: readonly number[];
  /** Before it nothing is known: this node's log, or what was asked for of it, begins there. Undefined: it reaches back to the beginning of the day. */
  readonly knownFrom: number | undefined;
}

/** Of one day. `entries` newest first. */
export function timelineOf(entries: readonly LogEntry[], dayStart: number, dayEnd: number): Timeline {
  const outages: Outage[] = [];
  entries.forEach((entry, i) => {
    const lane = laneOf[entry.kind];
    if (!lane || !breaks.has(entry.kind)) return;
    // Mended as the agent says, else by whatever came after it and says so.
    const end = entry.healedMs !== undefined ? entry.at + entry.healedMs : entries.slice(0, i).findLast((other) => ends(other, entry))?.at;
    if (entry.at >= dayEnd || (end ?? dayEnd) < dayStart) return;
    outages.push({ id: entry.id, lane, from: Math.max(dayStart, entry.at), to: end, name: lane === 'neighbours' ? entry.nodeName : undefined });
  });
  const on = (kind: LogEntry['kind']) => entries.filter((entry) => entry.kind === kind && entry.at >= dayStart && entry.at < dayEnd).map(({ at }) => at);
  const oldest = entries.at(-1);
  const knownFrom = oldest && oldest.at > dayStart ? oldest.at : undefined;
  return { outages: outages.reverse(), moves: on('route-changed'), starts: on('started'), knownFrom };
}
