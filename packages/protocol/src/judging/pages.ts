import type { Incarnation, NodeId, TrafficClass } from '../ids.ts';
import { compareRanges, type EntryRange } from '../receipts/ranges.ts';
import { intersect, lowest, none, type Spans, sizeOf, span, subtract, unite } from './spans.ts';

/** Sets of entries: per origin, incarnation and class ("<origin>.<incarnation>.<class>") the sequences. */
export type Pages = ReadonlyMap<string, Spans>;

export const pageOf = ({ origin, incarnation, class: cls }: Pick<EntryRange, 'origin' | 'incarnation' | 'class'>): string => `${origin}.${incarnation}.${cls}`;

export function pagesOf(ranges: readonly EntryRange[]): Pages {
  const pages = new Map<string, Spans>();
  for (const range of ranges) {
    const page = pageOf(range);
    pages.set(page, unite(pages.get(page) ?? none, span(range.first, range.count)));
  }
  return pages;
}

/** As receipts and messages have them: sorted, each count at most what its field holds. */
export function rangesOf(pages: Pages, countMax = 0xffff): EntryRange[] {
  const ranges: EntryRange[] = [];
  for (const [page, spans] of pages) {
    const [origin, incarnation, cls] = page.split('.');
    const of = { origin: origin as NodeId, incarnation: Number(incarnation) as Incarnation, class: Number(cls) as TrafficClass };
    for (let i = 0; i < spans.length; i += 2) {
      for (let first = spans[i]!; first < spans[i + 1]!; first += countMax) ranges.push({ ...of, first, count: Math.min(countMax, spans[i + 1]! - first) });
    }
  }
  return ranges.sort(compareRanges);
}

export const countIn = (pages: Pages): number => [...pages.values()].reduce((sum, spans) => sum + sizeOf(spans), 0);

function merge(a: Pages, b: Pages, names: Iterable<string>, by: (a: Spans, b: Spans) => Spans): Pages {
  const made = new Map<string, Spans>();
  for (const name of names) {
    const spans = by(a.get(name) ?? none, b.get(name) ?? none);
    if (spans.length > 0) made.set(name, spans);
  }
  return made;
}

export const unitePages = (a: Pages, b: Pages): Pages => merge(a, b, new Set([...a.keys(), ...b.keys()]), unite);
export const intersectPages = (a: Pages, b: Pages): Pages => merge(a, b, a.keys(), intersect);
export const subtractPages = (a: Pages, b: Pages): Pages => merge(a, b, a.keys(), subtract);

/** By origin, incarnation and class, as numbers. */
function comparePages(a: string, b: string): number {
  const [originA, incarnationA, classA] = a.split('.');
  const [originB, incarnationB, classB] = b.split('.');
  if (originA !== originB) return originA! < originB! ? -1 : 1;
  return Number(incarnationA) - Number(incarnationB) || Number(classA) - Number(classB);
}

/** The first `count` entries by origin, incarnation, class and sequence. */
export function firstOf(pages: Pages, count: number): Pages {
  const made = new Map<string, Spans>();
  let left = count;
  for (const name of [...pages.keys()].sort(comparePages)) {
    if (left <= 0) break;
    const spans = lowest(pages.get(name)!, left);
    made.set(name, spans);
    left -= sizeOf(spans);
  }
  return made;
}

export const noPages: Pages = new Map();
