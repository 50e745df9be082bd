import { bundlesRootOf, type EntryRange, type Leaf, mergeRanges, packetsIn, receiptMessage } from '@energymesh/protocol';
import { domain, type Key, sha256 } from './keys.ts';

export interface ReceiptsOf {
  readonly epoch: number;
  readonly relay: Key;
  readonly next: Key;
  /** Who really signs: the next hop, unless somebody lies. */
  readonly by?: Key;
  readonly ranges: readonly EntryRange[];
  /** Packets in each, but for the last. */
  readonly each: number;
  /** Sequence of the first. */
  readonly seq?: number;
}

/** Genuine bytes and a genuine signature of whoever signs. */
export function receiptsOf({ epoch, relay, next, by = next, ranges, each, seq = 1 }: ReceiptsOf): Leaf[] {
  return inReceipts(mergeRanges(ranges), each).map((part, i) => {
    const claim = { next: next.publicKey, seq: seq + i, packets: packetsIn(part), bundlesRoot: bundlesRootOf(sha256, part) };
    return { ...claim, signature: by.sign(receiptMessage(domain, { ...claim, epoch, relay: relay.publicKey })) };
  });
}

/** Cut into parts of `each` packets. */
function inReceipts(ranges: readonly EntryRange[], each: number): EntryRange[][] {
  const parts: EntryRange[][] = [];
  let left = 0;
  for (const range of ranges) {
    for (let done = 0; done < range.count; ) {
      if (left === 0) {
        parts.push([]);
        left = each;
      }
      const count = Math.min(left, range.count - done);
      parts.at(-1)!.push({ ...range, first: range.first + done, count });
      done += count;
      left -= count;
    }
  }
  return parts;
}
