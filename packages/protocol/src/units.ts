/** Milliseconds on the node's monotonic clock (never wall time): docs/protocol.md §2.3, RFC 9171 bundle age. */
export type Millis = number & { readonly __unit: 'ms' };
export const Millis = (value: number): Millis => value as Millis;
export const Seconds = (value: number): Millis => (value * 1000) as Millis;
export const Minutes = (value: number): Millis => (value * 60_000) as Millis;
/** "No deadline": later than every instant. */
export const never: Millis = Number.POSITIVE_INFINITY as Millis;
