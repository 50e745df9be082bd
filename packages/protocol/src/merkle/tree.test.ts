import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../vectors/keys.ts';
import { encodeLeaf, type Leaf, leafKeyOf } from '../receipts/leaf.ts';
import { leafOf, rfcTree } from './liar.harness.ts';
import { decodeOpening, encodeOpening, type Opening, openingBytes, openingFault } from './opening.ts';
import { type SumTree, SumTreeBuilder } from './tree.ts';

const leaf = (i: number, packets = 1 + ((i * 97) % 256)): Leaf => ({
  next: new Uint8Array(32).fill(1 + (i % 5)),
  seq: 1 + i,
  packets,
  bundlesRoot: new Uint8Array(32).fill(i),
  signature: new Uint8Array(64).fill(i * 3),
});
const treeOf = (leaves: readonly Leaf[]): SumTree => {
  const builder = new SumTreeBuilder(sha256);
  for (const one of leaves) builder.add(encodeLeaf(one));
  return builder.build();
};
const list = (n: number): Leaf[] => Array.from({ length: n }, (_, i) => leaf(i));

describe('the tree', () => {
  test('is that of RFC 6962 at every size', () => {
    for (let n = 1; n <= 130; n++) {
      const leaves = list(n);
      const sorted = leaves.map((one) => leafOf(sha256, one)).sort((a, b) => (a.low < b.low ? -1 : 1));
      const expected = rfcTree(sha256, sorted);
      const tree = treeOf(leaves);
      expect(tree.root).toEqual(expected.hash);
      expect(tree.packets).toBe(expected.sum);
    }
  });

  test('is the same in whatever order receipts came', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(list(40), { minLength: 40 }), (shuffled) => {
        expect(treeOf(shuffled).root).toEqual(treeOf(list(40)).root);
      }),
      { numRuns: 20 },
    );
  });

  test('of nothing has a root, and no packets', () => {
    const tree = treeOf([]);
    expect(tree).toMatchObject({ packets: 0, leaves: 0, root: sha256(new Uint8Array(0)) });
    expect(() => tree.place(0)).toThrow(RangeError);
  });

  test('takes one receipt of a (next, seq): the first', () => {
    const again = { ...leaf(3), packets: 200 };
    const tree = treeOf([...list(6), again, again]);
    expect(tree).toMatchObject({ leaves: 6, leftOut: 2, root: treeOf(list(6)).root });
    expect(treeOf([again, ...list(6)]).packets).not.toBe(tree.packets);
  });

  test('can be built, added to, and built again', () => {
    const builder = new SumTreeBuilder(sha256);
    for (const one of list(100)) builder.add(encodeLeaf(one));
    const before = builder.build();
    builder.add(encodeLeaf(leaf(100)));
    expect(before.root).toEqual(treeOf(list(100)).root);
    expect(builder.build().root).toEqual(treeOf(list(101)).root);
  });

  test('takes no leaf of a wrong size or count', () => {
    const builder = new SumTreeBuilder(sha256);
    expect(() => builder.add(new Uint8Array(133))).toThrow(RangeError);
    expect(() => builder.add(encodeLeaf(leaf(1)).fill(0, 36, 38))).toThrow(RangeError);
    expect(builder.count).toBe(0);
  });
});

describe('an opening', () => {
  const leaves = list(77);
  const tree = treeOf(leaves);
  const claim = { merkleRoot: tree.root, packetCount: tree.packets };
  const opened = (index: number): Opening => {
    const { added, path } = tree.place(index);
    return { leaf: leaves[added]!, path };
  };

  test('of every packet is taken, and for no packet of another leaf', () => {
    const packets = new Map<string, number>();
    for (let index = 0; index < tree.packets; index++) {
      const opening = opened(index);
      expect(openingFault(sha256, opening, claim, index)).toBeUndefined();
      const key = leafKeyOf(sha256, opening.leaf);
      packets.set(key, (packets.get(key) ?? 0) + 1);
    }
    for (const one of leaves) expect(packets.get(leafKeyOf(sha256, one))).toBe(one.packets);
  });

  test('survives its bytes; each altered bit of them shows nothing', () => {
    fc.assert(
      fc.property(fc.nat(tree.packets - 1), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(7), (index, share, bit) => {
        const bytes = encodeOpening(opened(index));
        expect(bytes.byteLength).toBe(openingBytes(opened(index).path.length));
        const read = decodeOpening(bytes);
        expect(read).toEqual(opened(index));
        const altered = bytes.slice();
        altered[Math.floor(share * bytes.byteLength)]! ^= 1 << bit;
        const other = decodeOpening(altered);
        if (!('error' in other)) expect(openingFault(sha256, other, claim, index)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  test('broken bytes are an error, never a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = decodeOpening(bytes);
        if (!('error' in read)) expect(encodeOpening(read)).toEqual(bytes);
      }),
    );
  });

  test('of a million leaves has less than 1.5 KB', () => {
    expect(openingBytes(20)).toBeLessThan(1500);
    expect(openingBytes(27)).toBeLessThan(1500);
  });
});
