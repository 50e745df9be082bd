import type { Sent } from '../reward-book.ts';

/** An answer that the hub has something is worth so many epochs: ledgers close, batches fill, windows open. */
const takenEpochs = 6;
const epochsMax = 6;

/** Milliseconds until something without an answer is sent again: a sixtieth of an epoch, doubling, to six epochs. The first answer may have come before anybody listened for it. */
export const againAfter = (tries: number, epochSeconds: number): number => Math.max(1, Math.min(epochsMax, 2 ** (tries - 1) / 60) * epochSeconds) * 1000;

export function sentNow(before: Sent | undefined, { via, now, epochSeconds }: { via: 'hub' | 'self'; now: number; epochSeconds: number }): Sent {
  const tries = Math.min(64, (before?.tries ?? 0) + 1);
  return { since: before?.since ?? now, at: now, tries, nextAt: now + againAfter(tries, epochSeconds), via };
}

/** A clock that was put back far holds nothing up. */
export function isTime({ at, nextAt, taken }: Pick<Sent, 'at' | 'nextAt' | 'taken'>, now: number, epochSeconds: number): boolean {
  const due = taken ? Math.max(nextAt, at + takenEpochs * epochSeconds * 1000) : nextAt;
  return now >= due || now < at;
}
