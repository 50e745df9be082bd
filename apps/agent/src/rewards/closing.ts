import { setImmediate } from 'node:timers/promises';
import type { RewardTerms } from '@energymesh/identity';
import {
  bundlesRootOf,
  decodeRanges,
  type EntryRange,
  encodeLeaf,
  epochStart,
  isWireError,
  type Leaf,
  type Opening,
  type Proof,
  proofMessage,
  type SumTree,
  SumTreeBuilder,
  uniteRanges,
} from '@energymesh/protocol';
import type { ReceiptRow } from '../reward-book.ts';
import { domainOf, sha256 } from './terms.ts';

/** An epoch's leaves in the order of the journal, and their tree. */
export interface EpochTree {
  readonly leaves: readonly Leaf[];
  readonly tree: SumTree;
}

/** Lets everything else of the node have its turn: a busy hour takes more than a second. */
export type Breathe = () => Promise<void>;
const breathing: Breathe = () => setImmediate();

/** From the journal's rows, a page at a time; the same rows give the same tree. docs/proofs.md §5 */
export async function treeOf(pages: Iterable<readonly ReceiptRow[]>, breathe = breathing): Promise<EpochTree> {
  const builder = new SumTreeBuilder(sha256);
  const leaves: Leaf[] = [];
  let first = true;
  for (const rows of pages) {
    if (!first) await breathe();
    first = false;
    for (const row of rows) {
      const ranges = rangesOf(row);
      if (!ranges) continue;
      const leaf: Leaf = {
        next: Buffer.from(row.next, 'hex'),
        seq: row.seq,
        packets: row.packets,
        bundlesRoot: bundlesRootOf(sha256, ranges),
        signature: row.signature,
      };
      leaves.push(leaf);
      builder.add(encodeLeaf(leaf));
    }
  }
  return { leaves, tree: builder.build() };
}

export function proofOf(terms: RewardTerms, node: Uint8Array, epoch: number, tree: SumTree, sign: (data: Uint8Array) => Uint8Array): Proof {
  const claim = { node, packetCount: tree.packets, timestamp: epochStart(epoch, terms.epochSeconds), merkleRoot: tree.root };
  return { ...claim, signature: sign(proofMessage(domainOf(terms), claim)) };
}

/** What the contract asks to see of these packets. */
export function openingsOf({ leaves, tree }: EpochTree, indexes: readonly number[]): Opening[] {
  return indexes.map((index) => {
    const { added, path } = tree.place(index);
    return { leaf: leaves[added]!, path };
  });
}

export interface Carried {
  readonly next: string;
  readonly ranges: readonly EntryRange[];
}

/** Per next hop, what it signed for over the epoch: by it the hub looks up what arrived. What two of its receipts cover counts once. */
export async function carriedOf(pages: Iterable<readonly ReceiptRow[]>, breathe = breathing): Promise<Carried[]> {
  const byNext = new Map<string, Union>();
  let first = true;
  for (const rows of pages) {
    if (!first) await breathe();
    first = false;
    for (const next of new Set(rows.map((row) => row.next))) {
      const union = byNext.get(next) ?? new Union();
      byNext.set(next, union);
      union.add(rows.filter((row) => row.next === next).flatMap((row) => rangesOf(row) ?? []));
    }
  }
  const carried: Carried[] = [];
  for (const [next, union] of byNext) {
    if (carried.length > 0) await breathe();
    carried.push({ next, ranges: union.all });
  }
  return carried;
}

/** Of many lists. Only lists of about one length are united, so that a long one is not gone through again for each short one. */
class Union {
  readonly #lists: EntryRange[][] = [];

  add(ranges: readonly EntryRange[]): void {
    const lists = this.#lists;
    lists.push(uniteRanges(ranges));
    while (lists.length > 1 && lists.at(-2)!.length <= 2 * lists.at(-1)!.length) lists.push(uniteRanges([...lists.pop()!, ...lists.pop()!]));
  }

  get all(): readonly EntryRange[] {
    return this.#lists.length === 1 ? this.#lists[0]! : uniteRanges(this.#lists.flat());
  }
}

/** Undefined: the row is damaged. */
function rangesOf(row: ReceiptRow): EntryRange[] | undefined {
  const ranges = decodeRanges(row.ranges);
  return isWireError(ranges) ? undefined : ranges;
}
