import type { Sha256 } from '../ports.ts';
import { equalBytes, expectBytes, hashBytes } from '../proof/domain.ts';
import { encodeLeaf, type Leaf, leafBytes, leafKeyOf, readLeaf } from '../receipts/leaf.ts';
import { hex32, Reader, Writer } from '../wire/cursor.ts';
import type { WireError } from '../wire/messages.ts';
import { childBytes, innerHash, leafHash, putChild } from './nodes.ts';

/** The other child of one inner node on the way up. */
export interface Step {
  /** The sibling is on the right. */
  readonly right: boolean;
  readonly sum: number;
  /** Smallest key below the sibling: 16 hex digits. */
  readonly low: string;
  readonly hash: Uint8Array;
}

/** Shows that a receipt stands in the tree, and which packets of the sum are its. docs/proofs.md §5.3 */
export interface Opening {
  readonly leaf: Leaf;
  /** From the leaf upwards. */
  readonly path: readonly Step[];
}

export const depthMax = 32;
const stepBytes = 1 + childBytes;
/** Bytes of an opening with a path of `depth` steps. */
export const openingBytes = (depth: number): number => leafBytes + 1 + depth * stepBytes;

/** leaf, depth u8, and per step right u8, sum u64, low u64, hash. */
export function encodeOpening({ leaf, path }: Opening): Uint8Array {
  if (path.length > depthMax) throw new RangeError(`opening: ${path.length} steps`);
  const writer = new Writer(openingBytes(path.length)).put(encodeLeaf(leaf)).u8(path.length);
  for (const { right, sum, low, hash } of path)
    writer
      .u8(right ? 1 : 0)
      .u64(sum)
      .hex64(low)
      .put(expectBytes(hash, hashBytes));
  return writer.done();
}

/** Never throws. Hashes and the leaf's fields are views into `bytes`. */
export function decodeOpening(bytes: Uint8Array): Opening | WireError {
  const reader = new Reader(bytes);
  const leaf = readLeaf(reader);
  const depth = reader.u8();
  if (depth > depthMax) reader.fail('range');
  const path: Step[] = [];
  for (let i = 0; i < depth && reader.error === undefined; i++) {
    const right = reader.u8();
    if (right > 1) reader.fail('range');
    path.push({ right: right === 1, sum: reader.u64(), low: reader.hex64(), hash: reader.take(hashBytes) });
  }
  reader.end();
  return reader.error === undefined ? { leaf, path } : reader.wireError();
}

/** Why an opening shows nothing. `depth`: too long; `order`: a key where none like it can stand; `overflow`: sums beyond any; `count`: another sum; `index`: other packets. */
export type OpeningFault = 'depth' | 'order' | 'overflow' | 'root' | 'count' | 'index';

export interface Claimed {
  readonly merkleRoot: Uint8Array;
  readonly packetCount: number;
}

/** Undefined when packet `index` of the claimed sum is one of the leaf's. Signatures are another matter: `checkReveal`. */
export function openingFault(sha256: Sha256, { leaf, path }: Opening, { merkleRoot, packetCount }: Claimed, index: number): OpeningFault | undefined {
  if (path.length > depthMax) return 'depth';
  const key = leafKeyOf(sha256, leaf);
  let low = key;
  let sum = leaf.packets;
  let offset = 0;
  let hash = leafHash(sha256, encodeLeaf(leaf));
  for (const step of path) {
    // Digits of the same number sort as the numbers: hex keys are compared as text.
    if (step.right ? key >= step.low : step.low >= low) return 'order';
    put(step.right, step.sum, step.low, step.hash);
    put(!step.right, sum, low, hash);
    if (!step.right) {
      offset += step.sum;
      low = step.low;
    }
    sum += step.sum;
    if (!Number.isSafeInteger(sum)) return 'overflow';
    hash = innerHash(sha256);
  }
  if (!equalBytes(hash, merkleRoot)) return 'root';
  if (sum !== packetCount) return 'count';
  return index >= offset && index < offset + leaf.packets ? undefined : 'index';
}

const put = (right: boolean, sum: number, low: string, hash: Uint8Array): void => putChild(right, sum, hex32(low, 0), hex32(low, 8), hash);
