/** Of `ping -D`: "[1700000000.123456] 64 bytes from ...". Milliseconds since 1970. */
export function repliesAt(output: string): number[] {
  return [...output.matchAll(/^\[(\d+)\.(\d{6})\] \d+ bytes from /gm)].map(([, seconds, micros]) => Number(seconds) * 1000 + Number(micros) / 1000);
}

/** Round trips in milliseconds, in order. */
export const roundTripsMs = (output: string): number[] => [...output.matchAll(/ time=([\d.]+) ms/g)].map(([, ms]) => Number(ms));

/**
 * How long nothing came back because of a fault: from it to the first reply of the time after the longest silence that it caused. 0 when no
 * silence after it is longer than `usualMs`, Infinity when nothing came back any more.
 */
export function outageMs(replies: readonly number[], faultAt: number, usualMs: number): number {
  const after = replies.filter((at) => at > faultAt);
  if (after.length === 0) return Number.POSITIVE_INFINITY;
  let last = faultAt;
  let longest = 0;
  let resumed = faultAt;
  for (const at of after) {
    if (at - last > longest) {
      longest = at - last;
      resumed = at;
    }
    last = at;
  }
  return longest <= usualMs ? 0 : Math.round(resumed - faultAt);
}
