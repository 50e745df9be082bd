import type { TrafficToday } from '../live/model.ts';

/** Bottom to top, always in this order. */
export const trafficTypes = ['reports', 'betweenNodes', 'devices'] as const;
export type TrafficType = (typeof trafficTypes)[number];
export type PerTraffic = Readonly<Record<TrafficType, number>>;

/** One bar of a chart: ten minutes of today, or a slot of another span. */
export type Bin = { readonly start: number; readonly end: number } & (
  | { readonly at: 'carried'; readonly parts: PerTraffic; readonly total: number }
  /** The node ran and carried nothing. */
  | { readonly at: 'zero' }
  /** The node did not run: not known, not zero. */
  | { readonly at: 'gap' }
  | { readonly at: 'future' }
);

export type Measure = 'packets' | 'bytes';

export const binMs = 600_000;

export const total = (parts: PerTraffic): number => parts.devices + parts.betweenNodes + parts.reports;

export interface Slot {
  readonly start: number;
  readonly end: number;
  /** For how much of what has passed of it the node ran. */
  readonly ran?: number;
  readonly packets?: PerTraffic | undefined;
  readonly bytes?: PerTraffic | undefined;
}

export const slotsOf = ({ buckets }: Pick<TrafficToday, 'buckets'>): Slot[] => buckets.map((bucket) => ({ ...bucket, end: bucket.start + binMs }));

/** `until`: when the data ends (now, or when the node was last heard), Unix milliseconds. */
export function binsOf(slots: readonly Slot[], until: number, measure: Measure = 'packets'): Bin[] {
  return slots.map(({ start, end, [measure]: parts }) => {
    if (start > until) return { at: 'future', start, end };
    if (!parts) return { at: 'gap', start, end };
    const sum = total(parts);
    return sum === 0 ? { at: 'zero', start, end } : { at: 'carried', start, end, parts, total: sum };
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

/** Rows for the table: today's ten minutes folded by six, other slots as they are; future ones left out. */
export interface TableRow {
  readonly start: number;
  readonly parts: PerTraffic | undefined;
}
export function rowsOf(bins: readonly Bin[], fold: number): TableRow[] {
  const rows: TableRow[] = [];
  for (let i = 0; i < bins.length; i += fold) {
    const row = bins.slice(i, i + fold).filter((bin) => bin.at !== 'future');
    if (row.length === 0) break;
    const known = row.filter((bin) => bin.at === 'carried' || bin.at === 'zero');
    const parts = { devices: 0, betweenNodes: 0, reports: 0 };
    for (const bin of known) if (bin.at === 'carried') for (const type of trafficTypes) parts[type] += bin.parts[type];
    rows.push({ start: row[0]!.start, parts: known.length > 0 ? parts : undefined });
  }
  return rows;
}
