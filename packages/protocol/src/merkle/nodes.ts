import type { Sha256 } from '../ports.ts';
import { hashBytes } from '../proof/domain.ts';
import { leafBytes } from '../receipts/leaf.ts';
import { putU32, putU64 } from '../wire/cursor.ts';

/** RFC 6962 §2.1: so that no leaf is an inner node. */
const leafTag = 0x00;
const innerTag = 0x01;
/** sum u64, low u64, hash of one child. */
export const childBytes = 16 + hashBytes;

const leafInput = new Uint8Array(1 + leafBytes);
leafInput[0] = leafTag;
const innerInput = new Uint8Array(1 + 2 * childBytes);
innerInput[0] = innerTag;

/** Of a leaf's 134 bytes. */
export function leafHash(sha256: Sha256, leaf: Uint8Array): Uint8Array {
  if (leaf.byteLength !== leafBytes) throw new RangeError(`leaf: ${leaf.byteLength} bytes`);
  leafInput.set(leaf, 1);
  return sha256(leafInput);
}

/** Puts one child of the inner node that `innerHash` is asked for next. Memory is reused: nothing may come in between. */
export function putChild(right: boolean, sum: number, lowHigh: number, lowLow: number, hash: Uint8Array): void {
  const at = right ? 1 + childBytes : 1;
  putU64(innerInput, at, sum);
  putU32(innerInput, at + 8, lowHigh);
  putU32(innerInput, at + 12, lowLow);
  innerInput.set(hash, at + 16);
}

export const innerHash = (sha256: Sha256): Uint8Array => sha256(innerInput);

/** Root over no leaves: SHA-256 of nothing. */
export const emptyRoot = (sha256: Sha256): Uint8Array => sha256(new Uint8Array(0));
