// Openings as they should be, and every way in which one shows nothing: docs/proofs.md §5.3 and §6.4.
import {
  decodeOpening,
  encodeLeaf,
  encodeOpening,
  isSmallOrder,
  type Leaf,
  leafKeyOf,
  type Opening,
  type RevealFault,
  revealFault,
  type Step,
} from '../src/index.ts';
import { innerHash, leafHash, putChild } from '../src/merkle/nodes.ts';
import { domain, epoch, equal, hub, members, relay, sha256, stranger, strictVerify } from './keys.ts';
import { hex, plain } from './plain.ts';
import { leaves, signedLeaf, treeOf } from './receipts.ts';
import { forged } from './signed.ts';

interface Setting {
  readonly root: Uint8Array;
  readonly packetCount: number;
  readonly opening: Opening;
  readonly index: number;
}

const vouchers = [hub, ...members].map((key) => key.publicKey);
const mayVouch = (next: Uint8Array): boolean => vouchers.some((key) => equal(key, next));

const faultOf = ({ root, packetCount, opening, index }: Setting): RevealFault | undefined =>
  revealFault({ sha256, verify: strictVerify }, { domain, relay: relay.publicKey, epoch, merkleRoot: root, packetCount, mayVouch }, opening, index);

function honest(of: readonly Leaf[], index: number): Setting {
  const tree = treeOf(of);
  const { added, path } = tree.place(index);
  return { root: tree.root, packetCount: tree.packets, opening: { leaf: of[added]!, path }, index };
}

/** What a liar builds by hand: any order, any sums, any lows. */
interface Node {
  readonly sum: number;
  readonly low: string;
  readonly hash: Uint8Array;
}
const leafNode = (leaf: Leaf): Node => ({ sum: leaf.packets, low: leafKeyOf(sha256, leaf), hash: leafHash(sha256, encodeLeaf(leaf)) });
function join(left: Node, right: Node): Node {
  for (const [isRight, node] of [
    [false, left],
    [true, right],
  ] as const)
    putChild(isRight, node.sum, Number.parseInt(node.low.slice(0, 8), 16), Number.parseInt(node.low.slice(8), 16), node.hash);
  return { sum: left.sum + right.sum, low: left.low, hash: innerHash(sha256) };
}
const step = (right: boolean, node: Node): Step => ({ right, ...node });
const by = (a: Leaf, b: Leaf): number => (leafKeyOf(sha256, a) < leafKeyOf(sha256, b) ? -1 : 1);

export function openings(): object[] {
  const [small, large] = leaves.slice(0, 2).toSorted(by) as [Leaf, Leaf];
  const [a, b] = [leafNode(small), leafNode(large)];
  const sane = honest(leaves.slice(0, 13), 700);
  const last = sane.opening.path.length - 1;
  const withStep = (i: number, change: Partial<Step>): Setting => ({
    ...sane,
    opening: { ...sane.opening, path: sane.opening.path.map((s, at) => (at === i ? { ...s, ...change } : s)) },
  });
  const twice = join(a, a);
  const twiceHidden = join(a, { ...a, low: b.low });
  const quad = join(join(a, b), join(a, b));
  const quadHidden = join(join(a, b), { ...join(a, b), low: `${'f'.repeat(16)}` });
  const padded = join(a, { sum: 1_000_000, low: 'f'.repeat(16), hash: sha256(new Uint8Array(1)) });
  const turned = join(b, a);
  const lone = (leaf: Leaf): Setting => ({ root: leafNode(leaf).hash, packetCount: leaf.packets, opening: { leaf, path: [] }, index: 0 });
  const chain = (depth: number): Setting => {
    let node = a;
    const path: Step[] = [];
    for (let i = 0; i < depth; i++) {
      const sibling: Node = { sum: 1, low: (BigInt(`0x${a.low}`) + BigInt(1 + i)).toString(16).padStart(16, '0'), hash: b.hash };
      path.push(step(true, sibling));
      node = join(node, sibling);
    }
    return { root: node.hash, packetCount: node.sum, opening: { leaf: small, path }, index: 0 };
  };
  const at = (root: Node, leaf: Leaf, path: Step[], index: number): Setting => ({ root: root.hash, packetCount: root.sum, opening: { leaf, path }, index });
  const [x, y, z] = leaves.slice(4, 7).toSorted(by) as [Leaf, Leaf, Leaf];
  const overlapping = join(leafNode(y), join(leafNode(x), leafNode(z)));
  const weak = forged(hub);

  const settings: [string, Setting][] = [
    ...[1, 2, 3, 8, 13, 64].flatMap((n): [string, Setting][] => {
      const of = leaves.slice(0, n);
      const packets = treeOf(of).packets;
      return [...new Set([0, Math.floor(packets / 2), packets - 1])].map((index) => [`packet ${index} of the tree of ${n}`, honest(of, index)]);
    }),
    ['the packet before those of the leaf', { ...sane, index: 0 }],
    ['the packet behind those of the leaf', honestBehind(sane)],
    ['the first packet behind the tree', { ...sane, index: sane.packetCount }],
    ['another root', { ...sane, root: sha256(new Uint8Array(2)) }],
    ['a count of one more', { ...sane, packetCount: sane.packetCount + 1 }],
    ['a step left out', { ...sane, opening: { ...sane.opening, path: sane.opening.path.slice(0, -1) } }],
    ['a sibling of another sum', withStep(0, { sum: sane.opening.path[0]!.sum + 1 })],
    ['a sibling on the other side', withStep(last, { right: !sane.opening.path[last]!.right })],
    ['a leaf of other packets', { ...sane, opening: { ...sane.opening, leaf: { ...sane.opening.leaf, packets: sane.opening.leaf.packets + 1 } } }],
    ['a doubled leaf, the left one', at(twice, small, [step(true, a)], 0)],
    ['a doubled leaf, the right one', at(twice, small, [step(false, a)], small.packets)],
    ['a doubled leaf under another low, the left one', at(twiceHidden, small, [step(true, { ...a, low: b.low })], 0)],
    ['a doubled leaf under another low, the right one', at(twiceHidden, small, [step(false, a)], small.packets)],
    ['a list appended twice, first half', at(quad, small, [step(true, b), step(true, join(a, b))], 0)],
    ['a list appended twice, second half', at(quad, small, [step(true, b), step(false, join(a, b))], a.sum + b.sum)],
    ['a list appended twice under another low, first half', at(quadHidden, small, [step(true, b), step(true, { ...join(a, b), low: 'f'.repeat(16) })], 0)],
    ['a list appended twice under another low, second half', at(quadHidden, small, [step(true, b), step(false, join(a, b))], a.sum + b.sum)],
    ['beside a padded sum', at(padded, small, [step(true, { sum: 1_000_000, low: 'f'.repeat(16), hash: sha256(new Uint8Array(1)) })], 0)],
    ['in a padded sum', at(padded, small, [step(true, { sum: 1_000_000, low: 'f'.repeat(16), hash: sha256(new Uint8Array(1)) })], 5000)],
    ['out of order, the left one', at(turned, large, [step(true, a)], 0)],
    ['out of order, the right one', at(turned, small, [step(false, b)], large.packets)],
    [
      'a left part whose smallest key lies within the right part',
      at(overlapping, z, [step(false, leafNode(x)), step(false, leafNode(y))], x.packets + y.packets),
    ],
    ['of 32 steps', chain(32)],
    ['of 33 steps', chain(33)],
    ['signed by a stranger', lone(signedLeaf(stranger, 1, 9))],
    ['signed by the relay itself', lone(signedLeaf(relay, 1, 9))],
    ['signed for another epoch', lone(signedLeaf(hub, 1, 9, { epoch: epoch + 1 }))],
    ['signed for another relay', lone(signedLeaf(hub, 1, 9, { relay: members[0].publicKey }))],
    ['with an altered signature', lone({ ...leaves[0]!, signature: leaves[0]!.signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) })],
    ['with a signature of small order', lone(weak)],
  ];
  if (!isSmallOrder(weak.signature.subarray(0, 32))) throw new Error('the forged signature is not what it should be');
  return [...settings.map(([name, setting]) => caseOf(name, setting)), ...broken(sane.opening)];
}

const honestBehind = (sane: Setting): Setting => {
  let offset = 0;
  for (const { right, sum } of sane.opening.path) if (!right) offset += sum;
  return { ...sane, index: offset + sane.opening.leaf.packets };
};

function caseOf(name: string, setting: Setting): object {
  const bytes = setting.opening.path.length > 32 ? undefined : encodeOpening(setting.opening);
  return {
    name,
    domain: plain(domain),
    relay: hex(relay.publicKey),
    epoch,
    vouchers: vouchers.map(hex),
    root: hex(setting.root),
    packetCount: setting.packetCount,
    index: setting.index,
    opening: plain(setting.opening),
    hex: bytes === undefined ? null : hex(bytes),
    fault: faultOf(setting) ?? null,
  };
}

/** Bytes that are no opening. */
function broken(opening: Opening): object[] {
  const bytes = encodeOpening(opening);
  const at = (offset: number, ...put: number[]): Uint8Array => {
    const copy = bytes.slice();
    copy.set(put, offset);
    return copy;
  };
  const cases: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['cut', bytes.subarray(0, bytes.byteLength - 1)],
    ['bytes with more', Uint8Array.of(...bytes, 0)],
    ['bytes of 33 steps', at(134, 33)],
    ['a side that is neither', at(135, 2)],
    ['a sum of 2^53', at(136, 0, 0x20, 0, 0, 0, 0, 0, 0)],
    ['a leaf of seq 0', at(32, 0, 0, 0, 0)],
  ];
  return cases.map(([name, broken]) => ({ name, hex: hex(broken), error: (plain(decodeOpening(broken)) as { error: string }).error }));
}
