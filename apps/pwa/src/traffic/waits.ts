/** The log scale of waiting: 5 s and less at the foot, an hour at the head; longer waits stay there. */
const [floorMs, headMs] = [5000, 3_600_000];

/** 0 at the foot, 1 at the head. */
export const waitShare = (ms: number): number => Math.log(Math.min(headMs, Math.max(floorMs, ms)) / floorMs) / Math.log(headMs / floorMs);

/** The slot with the longest wait, the latest of equals; undefined when nothing waited longer than the scale's foot. */
export function longestWait(waited: readonly ({ readonly oldestMs: number } | null)[]): { readonly slot: number; readonly oldestMs: number } | undefined {
  let longest: { slot: number; oldestMs: number } | undefined;
  waited.forEach((one, slot) => {
    if (one && one.oldestMs > floorMs && one.oldestMs >= (longest?.oldestMs ?? 0)) longest = { slot, oldestMs: one.oldestMs };
  });
  return longest;
}
