// Receipts, what their ranges look like, and the trees over them: docs/proofs.md §4 and §5.
import {
  bundlesRootOf,
  decodeLeaf,
  decodeRanges,
  type EntryRange,
  encodeLeaf,
  encodeRanges,
  Incarnation,
  type Leaf,
  leafKeyOf,
  mergeRanges,
  NodeId,
  receiptMessage,
  SumTreeBuilder,
} from '../src/index.ts';
import { domain, epoch, hub, members, relay, sha256, type TestKey } from './keys.ts';
import { hex, plain } from './plain.ts';

const range = (origin: string, incarnation: number, cls: 0 | 1 | 2 | 3, first: number, count: number): EntryRange => ({
  origin: NodeId(origin),
  incarnation: Incarnation(incarnation),
  class: cls,
  first,
  count,
});
const meter = '0f1e2d3c4b5a6978';
const lock = 'a0b1c2d3e4f50617';

export function signedLeaf(by: TestKey, seq: number, packets: number, of: { epoch?: number; relay?: Uint8Array } = {}): Leaf {
  const bundlesRoot = bundlesRootOf(sha256, [range(meter, 1, 1, 1 + seq * 1000, packets)]);
  const claim = { epoch, relay: relay.publicKey, ...of, next: by.publicKey, seq, packets, bundlesRoot };
  return { next: by.publicKey, seq, packets, bundlesRoot, signature: by.sign(receiptMessage(domain, claim)) };
}

const vouchers = [hub, ...members];
/** Each voucher's sequence numbers count for themselves; sizes from 1 to 256 packets. */
export const leaves: readonly Leaf[] = Array.from({ length: 64 }, (_, i) =>
  signedLeaf(vouchers[i % vouchers.length]!, 1 + Math.floor(i / vouchers.length), i === 7 ? 256 : 1 + ((i * 37) % 256)),
);

export function treeOf(of: readonly Leaf[]) {
  const builder = new SumTreeBuilder(sha256);
  for (const leaf of of) builder.add(encodeLeaf(leaf));
  return builder.build();
}

export function ranges(): object[] {
  const good: [string, EntryRange[]][] = [
    ['one entry', [range(meter, 1, 0, 1, 1)]],
    ['256 in a row', [range(meter, 3, 1, 500, 256)]],
    ['the last sequence there is', [range(meter, 3, 1, 2 ** 48 - 1, 1)]],
    [
      'two origins, two incarnations, four classes',
      mergeRanges([3, 2, 1, 0].flatMap((c) => [range(lock, 2, c as 0, 9, 4), range(meter, 7, c as 0, 1, 2), range(meter, 6, c as 0, 1, 3)])),
    ],
    ['with a gap of one', [range(meter, 1, 1, 10, 5), range(meter, 1, 1, 16, 5)]],
    ['256 apart', Array.from({ length: 256 }, (_, i) => range(meter, 1, 1, 1 + 2 * i, 1))],
  ];
  const two = encodeRanges([range(meter, 1, 1, 10, 5), range(lock, 1, 1, 10, 5)]);
  const at = (offset: number, ...bytes: number[]): Uint8Array => {
    const copy = two.slice();
    copy.set(bytes, offset);
    return copy;
  };
  const swapped = Uint8Array.of(0, 2, ...two.subarray(23), ...two.subarray(2, 23));
  const same = (...second: number[]): Uint8Array => {
    const copy = Uint8Array.of(0, 2, ...two.subarray(2, 23), ...two.subarray(2, 23));
    copy.set(second, 23 + 13);
    return copy;
  };
  const bad: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['none', Uint8Array.of(0, 0)],
    ['257', Uint8Array.of(1, 1)],
    ['cut', two.subarray(0, two.byteLength - 1)],
    ['with more', Uint8Array.of(...two, 0)],
    ['fewer than there are', at(1, 1)],
    ['of nobody', at(2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['of incarnation 0', at(10, 0, 0, 0, 0)],
    ['of class 4', at(14, 4)],
    ['from sequence 0', at(15, 0, 0, 0, 0, 0, 0)],
    ['of no entries', at(21, 0, 0)],
    ['beyond the last sequence', at(15, 255, 255, 255, 255, 255, 255)],
    ['of 257 packets together', at(21, 0, 252)],
    ['out of order', swapped],
    ['overlapping', same(0, 0, 0, 0, 0, 14)],
    ['the same twice', same(0, 0, 0, 0, 0, 10)],
    ['adjacent, to be merged', same(0, 0, 0, 0, 0, 15)],
  ];
  return [
    ...good.map(([name, list]) => ({ name, hex: hex(encodeRanges(list)), result: plain(list), root: hex(bundlesRootOf(sha256, list)) })),
    ...bad.map(([name, bytes]) => ({ name, hex: hex(bytes), result: plain(decodeRanges(bytes)) })),
  ];
}

export function leafCases(): object[] {
  const leaf = encodeLeaf(leaves[0]!);
  const at = (offset: number, ...bytes: number[]): Uint8Array => {
    const copy = leaf.slice();
    copy.set(bytes, offset);
    return copy;
  };
  const cases: [string, Uint8Array][] = [
    ['as it should be', leaf],
    ['of 256 packets', at(36, 1, 0)],
    ['cut', leaf.subarray(0, 133)],
    ['with more', Uint8Array.of(...leaf, 0)],
    ['of seq 0', at(32, 0, 0, 0, 0)],
    ['of no packets', at(36, 0, 0)],
    ['of 257 packets', at(36, 1, 1)],
  ];
  return cases.map(([name, bytes]) => ({ name, hex: hex(bytes), result: plain(decodeLeaf(bytes)) }));
}

/** The receipts that trees and openings are made of, in the order in which they are added. */
export const receipts = (): object[] =>
  leaves.map((leaf, i) => ({
    name: `receipt ${i}`,
    domain: plain(domain),
    epoch,
    relay: hex(relay.publicKey),
    ...(plain({ ...leaf }) as object),
    message: hex(receiptMessage(domain, { ...leaf, epoch, relay: relay.publicKey })),
    leaf: hex(encodeLeaf(leaf)),
    key: leafKeyOf(sha256, leaf),
  }));

/** Each over the first receipts of receipts.json. */
export const trees = (): object[] =>
  Array.from({ length: leaves.length + 1 }, (_, n) => {
    const tree = treeOf(leaves.slice(0, n));
    return { name: `of ${n}`, leaves: n, order: Array.from(tree.added), packets: tree.packets, root: hex(tree.root) };
  });
