// What somebody who keeps to no rule can build and show. For tests.
import type { Sha256 } from '../ports.ts';
import { encodeLeaf, type Leaf, leafKeyOf } from '../receipts/leaf.ts';
import { hex32 } from '../wire/cursor.ts';
import { innerHash, leafHash, putChild } from './nodes.ts';
import { type Opening, openingFault, type Step } from './opening.ts';

/** What an inner node says of a child; a liar says anything. */
export interface Said {
  readonly sum: number;
  readonly low: string;
}
export interface Built extends Said {
  readonly hash: Uint8Array;
  /** Every leaf in it, with the siblings as they are committed. */
  readonly openings: readonly Opening[];
}

export const leafOf = (sha256: Sha256, leaf: Leaf): Built => ({
  sum: leaf.packets,
  low: leafKeyOf(sha256, leaf),
  hash: leafHash(sha256, encodeLeaf(leaf)),
  openings: [{ leaf, path: [] }],
});

/** A sum with nothing under it. */
export const padding = (sha256: Sha256, said: Said): Built => ({ ...said, hash: sha256(new Uint8Array(1)), openings: [] });

export function join(sha256: Sha256, left: Built, right: Built, said: { readonly left?: Partial<Said>; readonly right?: Partial<Said> } = {}): Built {
  const l = { ...left, ...said.left };
  const r = { ...right, ...said.right };
  for (const [isRight, { sum, low, hash }] of [
    [false, l],
    [true, r],
  ] as const)
    putChild(isRight, sum, hex32(low, 0), hex32(low, 8), hash);
  const beside = (openings: readonly Opening[], isRight: boolean, { sum, low, hash }: Built): Opening[] =>
    openings.map(({ leaf, path }) => ({ leaf, path: [...path, { right: isRight, sum, low, hash } satisfies Step] }));
  const hash = innerHash(sha256);
  return { sum: l.sum + r.sum, low: l.low, hash, openings: [...beside(left.openings, true, r), ...beside(right.openings, false, l)] };
}

/** RFC 6962 §2.1, word for word: the left part is the largest power of two below n. */
export function rfcTree(sha256: Sha256, nodes: readonly Built[]): Built {
  if (nodes.length === 1) return nodes[0]!;
  let split = 1;
  while (split * 2 < nodes.length) split *= 2;
  return join(sha256, rfcTree(sha256, nodes.slice(0, split)), rfcTree(sha256, nodes.slice(split)));
}

export interface Shown {
  readonly key: string;
  /** First packet index, and how many. */
  readonly offset: number;
  readonly packets: number;
}

/** Everything in `built` that a verifier takes, when `packetCount` was proved. */
export function shown(sha256: Sha256, built: Built, packetCount: number = built.sum): Shown[] {
  return built.openings.flatMap((opening) => {
    const offset = opening.path.reduce((sum, step) => (step.right ? sum : sum + step.sum), 0);
    const fault = openingFault(sha256, opening, { merkleRoot: built.hash, packetCount }, offset);
    return fault === undefined ? [{ key: leafKeyOf(sha256, opening.leaf), offset, packets: opening.leaf.packets }] : [];
  });
}
