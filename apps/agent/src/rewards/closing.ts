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
import type { ReceiptRow } from '../reward-ports.ts';
import { domainOf, sha256 } from './terms.ts';

/** An epoch's leaves in the order of the journal, and their tree. */
export interface EpochTree {
  readonly leaves: readonly Leaf[];
  readonly tree: SumTree;
}

/** From the journal's rows; the same rows give the same tree. docs/proofs.md §5 */
export function treeOf(rows: readonly ReceiptRow[]): EpochTree {
  const builder = new SumTreeBuilder(sha256);
  const leaves: Leaf[] = [];
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

/** Receipts whose ranges are in memory at once: of a busy hour there are a million. */
const receiptsAtOnce = 64;

/** Per next hop, what it signed for over the epoch: by it the hub looks up what arrived. What two of its receipts cover counts once. */
export function carriedOf(rows: readonly ReceiptRow[]): { readonly next: string; readonly ranges: readonly EntryRange[] }[] {
  const byNext = new Map<string, ReceiptRow[]>();
  for (const row of rows) {
    const known = byNext.get(row.next);
    if (known) known.push(row);
    else byNext.set(row.next, [row]);
  }
  return [...byNext].map(([next, of]) => {
    let ranges: EntryRange[] = [];
    for (let i = 0; i < of.length; i += receiptsAtOnce) {
      const more = of.slice(i, i + receiptsAtOnce).flatMap((row) => rangesOf(row) ?? []);
      ranges = uniteRanges([...ranges, ...more]);
    }
    return { next, ranges };
  });
}

/** Undefined: the row is damaged. */
function rangesOf(row: ReceiptRow): EntryRange[] | undefined {
  const ranges = decodeRanges(row.ranges);
  return isWireError(ranges) ? undefined : ranges;
}
