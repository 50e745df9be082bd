/** A set of whole numbers as spans [from, end): flat (from, end, from, end ...), ascending, apart from each other. What sequences of entries become when most of them arrive. */
export type Spans = readonly number[];

export const none: Spans = [];

export const span = (first: number, count: number): Spans => (count > 0 ? [first, first + count] : none);

export function sizeOf(spans: Spans): number {
  let size = 0;
  for (let i = 0; i < spans.length; i += 2) size += spans[i + 1]! - spans[i]!;
  return size;
}

/** Walks over the borders of both sets and keeps what `wanted` says. */
function combine(a: Spans, b: Spans, wanted: (inA: boolean, inB: boolean) => boolean): Spans {
  const made: number[] = [];
  let [i, j, inside] = [0, 0, false];
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    const now = wanted(i % 2 === 1, j % 2 === 1);
    if (now !== inside) made.push(at);
    inside = now;
  }
  return made;
}

export const unite = (a: Spans, b: Spans): Spans => (a.length === 0 ? b : b.length === 0 ? a : combine(a, b, (x, y) => x || y));
export const intersect = (a: Spans, b: Spans): Spans => (a.length === 0 || b.length === 0 ? none : combine(a, b, (x, y) => x && y));
export const subtract = (a: Spans, b: Spans): Spans => (a.length === 0 || b.length === 0 ? a : combine(a, b, (x, y) => x && !y));

/** The lowest `count` of them. */
export function lowest(spans: Spans, count: number): Spans {
  const made: number[] = [];
  for (let i = 0, left = count; i < spans.length && left > 0; i += 2) {
    const [from, end] = [spans[i]!, Math.min(spans[i + 1]!, spans[i]! + left)];
    made.push(from, end);
    left -= end - from;
  }
  return made;
}

/** Of single numbers, in any order. */
export function spansOf(numbers: readonly number[]): Spans {
  const made: number[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const end = made.at(-1);
    if (end === undefined || number > end) made.push(number, number + 1);
    else if (number === end) made[made.length - 1] = number + 1;
  }
  return made;
}

/** The highest `max` spans: what was first is forgotten first. */
export const newest = (spans: Spans, max: number): Spans => (spans.length <= 2 * max ? spans : spans.slice(-2 * max));
