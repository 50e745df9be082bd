/** Whole milliseconds until something is tried again: from `first`, doubling, to `max`. */
export const backoff = (tries: number, first: number, max: number): number => Math.ceil(Math.min(max, first * 2 ** Math.min(tries, 30)));
