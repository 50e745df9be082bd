import type { Sha256 } from '../ports.ts';
import { expectBytes, hashBytes, publicKeyBytes, signatureBytes, tag, tagBytes, tagOf } from '../proof/domain.ts';
import type { ReceiptClaim } from '../proof/messages.ts';
import { putU32, Reader, Writer } from '../wire/cursor.ts';
import type { WireError } from '../wire/messages.ts';
import { receiptPacketsMax } from './ranges.ts';

/** A receipt with its signature, as it stands in the tree of one relay's epoch. docs/proofs.md §4.3 */
export interface Leaf extends Omit<ReceiptClaim, 'epoch' | 'relay'> {
  /** By `next`, over the whole receipt. */
  readonly signature: Uint8Array;
}

export const leafBytes = 134;

/** Values out of range are bugs of the caller: RangeError. */
export function encodeLeaf({ next, seq, packets, bundlesRoot, signature }: Leaf): Uint8Array {
  if (seq < 1 || packets < 1 || packets > receiptPacketsMax) throw new RangeError(`leaf: ${packets} packets, seq ${seq}`);
  return new Writer(leafBytes)
    .put(expectBytes(next, publicKeyBytes))
    .u32(seq)
    .u16(packets)
    .put(expectBytes(bundlesRoot, hashBytes))
    .put(expectBytes(signature, signatureBytes))
    .done();
}

/** Never throws. The fields are views into `bytes`. */
export function decodeLeaf(bytes: Uint8Array): Leaf | WireError {
  const reader = new Reader(bytes);
  const leaf = readLeaf(reader);
  reader.end();
  return reader.error === undefined ? leaf : reader.wireError();
}

export function readLeaf(reader: Reader): Leaf {
  const next = reader.take(publicKeyBytes);
  const seq = reader.u32();
  const packets = reader.u16();
  if (seq < 1 || packets < 1 || packets > receiptPacketsMax) reader.fail('range');
  return { next, seq, packets, bundlesRoot: reader.take(hashBytes), signature: reader.take(signatureBytes) };
}

const keyInput = new Uint8Array(tagBytes + publicKeyBytes + 4);
keyInput.set(tagOf(tag.leafKey));

/** Of (next, seq): its first 8 bytes are the place of the leaf in the tree. */
export function leafKeyHash(sha256: Sha256, next: Uint8Array, seq: number): Uint8Array {
  keyInput.set(expectBytes(next, publicKeyBytes), tagBytes);
  putU32(keyInput, tagBytes + publicKeyBytes, seq);
  return sha256(keyInput);
}

/** 16 hex digits, which sort as the numbers do. */
export const leafKeyOf = (sha256: Sha256, { next, seq }: Pick<Leaf, 'next' | 'seq'>): string => new Reader(leafKeyHash(sha256, next, seq)).hex64();
