import type { Earnings, Series } from '@energymesh/agent/rewards-schema';
import { comingOf, stroops, xlmNumber } from './money.ts';

export const ranges = ['today', 'week', 'month'] as const;
export type Range = (typeof ranges)[number];

const dayMs = 86_400_000;
/** The node answers so many buckets at once. */
const bucketsMax = 800;
/** Of hours so short that a day does not fit: so many of the last ones. */
const windowBuckets = 120;
/** More columns than this cannot be told apart on a phone. */
const columnsMax = 96;

export interface Ask {
  readonly by: 'hour' | 'day';
  readonly from: number;
  readonly buckets: number;
  /** Today does not fit: it begins later. */
  readonly cut: boolean;
}

/** What to ask the node for. A test network's hours may be so short that a day has more of them than an answer holds. */
export function askFor(range: Range, { periods, terms, at }: Pick<Earnings, 'periods' | 'terms' | 'at'>): Ask {
  if (range !== 'today') return { by: 'day', from: periods[range].from, buckets: range === 'week' ? 7 : 30, cut: false };
  const hourMs = (terms?.epochSeconds ?? 3600) * 1000;
  const { from } = periods.today;
  // The day on which the clocks change has 25.
  const whole = Math.ceil((dayMs + 3_600_000) / hourMs);
  if (whole <= bucketsMax) return { by: 'hour', from, buckets: whole, cut: false };
  const now = Math.floor(at / hourMs) * hourMs;
  const first = now - (windowBuckets - 1) * hourMs;
  return { by: 'hour', from: Math.max(first, from), buckets: windowBuckets, cut: true };
}

/** One column: a stack of what is sure at the bottom and what is not at the top. */
export type Column =
  | {
      readonly at: 'earned';
      readonly start: number;
      readonly end: number;
      readonly paid: number;
      readonly coming: number;
      readonly pending: number;
      readonly lost: boolean;
    }
  /** Known, and nothing. */
  | { readonly at: 'zero'; readonly start: number; readonly end: number; readonly lost: boolean }
  /** Not known: no zero. */
  | { readonly at: 'gap'; readonly start: number; readonly end: number }
  | { readonly at: 'future'; readonly start: number; readonly end: number };

/** Columns from `from` to `to`; buckets beyond (the 25th hour of a day of 24) are left out, several hours make one column where they are many. */
export function columnsOf(series: Pick<Series, 'buckets'>, { from, to, now }: { readonly from: number; readonly to: number; readonly now: number }): Column[] {
  const inside = series.buckets.filter(({ start, end }) => end > from && start < to);
  const fold = Math.ceil(inside.length / columnsMax);
  const columns: Column[] = [];
  for (let i = 0; i < inside.length; i += fold) columns.push(columnOf(inside.slice(i, i + fold), now));
  return columns;
}

function columnOf(buckets: Series['buckets'], now: number): Column {
  const [start, end] = [buckets[0]!.start, buckets.at(-1)!.end];
  if (start > now) return { at: 'future', start, end };
  const known = buckets.flatMap(({ amounts }) => (amounts ? [amounts] : []));
  if (known.length === 0) return { at: 'gap', start, end };
  const sum = (of: (amounts: (typeof known)[number]) => bigint): number => xlmNumber(known.reduce((all, amounts) => all + of(amounts), 0n));
  const column = {
    paid: sum(({ paid }) => stroops(paid)),
    coming: sum(comingOf),
    pending: sum(({ pending }) => stroops(pending)),
  };
  const lost = known.some(({ lost }) => stroops(lost) > 0n);
  return column.paid + column.coming + column.pending > 0 ? { at: 'earned', start, end, ...column, lost } : { at: 'zero', start, end, lost };
}

export const heightOf = (column: Column): number => (column.at === 'earned' ? column.paid + column.coming + column.pending : 0);

/** Midnight after `dayStart` in this zone: 23 to 25 hours on. */
export function midnightAfter(dayStart: number, timeZone: string): number {
  try {
    const wall = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone });
    return [23, 24, 25].map((hours) => dayStart + hours * 3_600_000).find((at) => wall.format(at) === wall.format(dayStart)) ?? dayStart + dayMs;
  } catch {
    // A zone that this browser does not know.
    return dayStart + dayMs;
  }
}
