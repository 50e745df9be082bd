import type { TrafficToday } from '../live/model.ts';

/** Bottom to top, always in this order. */
export const trafficTypes = ['reports', 'betweenNodes', 'devices'] as const;
export type TrafficType = (typeof trafficTypes)[number];
export type PerTraffic = Readonly<Record<TrafficType, number>>;

/** One tooth of the comb: ten minutes. */
export type Bin =
  | { readonly at: 'carried'; readonly start: number; readonly packets: PerTraffic; readonly total: number }
  /** The node ran and carried nothing. */
  | { readonly at: 'zero'; readonly start: number }
  /** The node did not run: not known, not zero. */
  | { readonly at: 'gap'; readonly start: number }
  | { readonly at: 'future'; readonly start: number };

export const binMs = 600_000;

export const total = (packets: PerTraffic): number => packets.devices + packets.betweenNodes + packets.reports;

/** `until`: when the data ends (now, or when the node was last heard), Unix milliseconds. */
export function binsOf(traffic: Pick<TrafficToday, 'buckets'>, until: number): Bin[] {
  return traffic.buckets.map(({ start, packets }) => {
    if (start > until) return { at: 'future', start };
    if (!packets) return { at: 'gap', start };
    const sum = total(packets);
    return sum === 0 ? { at: 'zero', start } : { at: 'carried', start, packets, total: sum };
  });
}

export interface Run {
  /** Index of the first bin, and how many there are. */
  readonly first: number;
  readonly count: number;
}

/** Unbroken runs of one kind: zeros share one foot and one "0". */
export function runsOf(bins: readonly Bin[], kind: Bin['at']): Run[] {
  const runs: { first: number; count: number }[] = [];
  bins.forEach((bin, i) => {
    if (bin.at !== kind) return;
    const last = runs.at(-1);
    if (last && last.first + last.count === i) last.count++;
    else runs.push({ first: i, count: 1 });
  });
  return runs;
}

export const peakOf = (bins: readonly Bin[]): number => bins.reduce((peak, bin) => (bin.at === 'carried' ? Math.max(peak, bin.total) : peak), 0);

/** At most three round lines below the peak, and the top of the scale. */
export function scaleOf(peak: number): { top: number; lines: number[] } {
  if (peak <= 0) return { top: 1, lines: [] };
  const power = 10 ** Math.max(0, Math.floor(Math.log10(peak)) - 1);
  const step = [1, 2, 5, 10, 20, 50].map((factor) => factor * power).find((candidate) => peak / candidate < 4) ?? peak;
  const lines: number[] = [];
  for (let line = step; line <= peak && lines.length < 3; line += step) lines.push(line);
  return { top: peak, lines };
}

/** Hours for the table under the chart: ten-minute bins folded by six, future ones left out. */
export interface HourRow {
  readonly start: number;
  readonly packets: PerTraffic | undefined;
}
export function hoursOf(bins: readonly Bin[]): HourRow[] {
  const rows: HourRow[] = [];
  for (let i = 0; i < bins.length; i += 6) {
    const hour = bins.slice(i, i + 6).filter((bin) => bin.at !== 'future');
    if (hour.length === 0) break;
    const known = hour.filter((bin) => bin.at === 'carried' || bin.at === 'zero');
    const packets = { devices: 0, betweenNodes: 0, reports: 0 };
    for (const bin of known) if (bin.at === 'carried') for (const type of trafficTypes) packets[type] += bin.packets[type];
    rows.push({ start: hour[0]!.start, packets: known.length > 0 ? packets : undefined });
  }
  return rows;
}
