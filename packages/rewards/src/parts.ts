import type { EntryRange } from '@energymesh/protocol';
import { type HourContent, type HourMessage, partsMax, rangesPerMessageMax } from './from-node.ts';
import { rangesText } from './messages.ts';

export interface Hour extends Pick<HourContent, 'epoch' | 'proof' | 'heard'> {
  /** Sorted and disjoint per next hop. */
  readonly carried: readonly { readonly next: string; readonly ranges: readonly EntryRange[] }[];
}

/** Next hops told of in one part; the schema takes 64. */
const nextsPerMessage = 64;

/** An hour as messages. Beyond 64 of them ranges are left out: those packets earn nothing. The same hour gives the same messages. */
export function partsOf({ epoch, proof, carried, heard }: Hour): HourMessage[] {
  const parts: { next: string; ranges: EntryRange[] }[][] = [[]];
  let room = rangesPerMessageMax;
  for (const { next, ranges } of carried) {
    for (let done = 0; done < ranges.length; ) {
      if (room === 0 || parts.at(-1)!.length >= nextsPerMessage) {
        parts.push([]);
        room = rangesPerMessageMax;
      }
      const some = ranges.slice(done, done + room);
      parts.at(-1)!.push({ next, ranges: some });
      done += some.length;
      room -= some.length;
    }
  }
  const kept = parts.slice(0, partsMax);
  return kept.map((part, i) => ({
    kind: 'hour',
    epoch,
    part: i + 1,
    parts: kept.length,
    proof,
    carried: part.map(({ next, ranges }) => ({ next, ranges: rangesText(ranges) })),
    heard: i === 0 ? [...heard] : [],
  }));
}
