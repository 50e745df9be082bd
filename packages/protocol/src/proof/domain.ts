import type { Sha256 } from '../ports.ts';
import { Writer } from '../wire/cursor.ts';
import { utf8Encode } from '../wire/utf8.ts';

export const hashBytes = 32;
export const publicKeyBytes = 32;
export const signatureBytes = 64;

/** One contract on one network: no signature made for it means anything to another. docs/proofs.md §3.1 */
export interface Domain {
  /** SHA-256 of the network's passphrase. */
  readonly networkId: Uint8Array;
  readonly contractId: Uint8Array;
}

/** First bytes of everything that is signed or hashed here: 16 ASCII bytes, padded with zeros. docs/proofs.md §3.1 */
export const tag = {
  proof: 'em-proof-v1',
  receipt: 'em-receipt-v1',
  member: 'em-member-v1',
  register: 'em-register-v1',
  attest: 'em-attest-v1',
  challenge: 'em-challenge-v1',
  propose: 'em-propose-v1',
  vote: 'em-vote-v1',
  ranges: 'em-ranges-v1',
  leafKey: 'em-leaf-key-v1',
} as const;
export type Tag = (typeof tag)[keyof typeof tag];
export const tagBytes = 16;

const tags = new Map<Tag, Uint8Array>(
  Object.values(tag).map((text) => {
    const bytes = new Uint8Array(tagBytes);
    bytes.set(utf8Encode(text));
    return [text, bytes];
  }),
);

/** The 16 bytes; don't write into them. */
export const tagOf = (text: Tag): Uint8Array => tags.get(text)!;

export const networkIdOf = (sha256: Sha256, passphrase: string): Uint8Array => sha256(utf8Encode(passphrase));

/** Begins a message that is signed: D(tag). */
export function domainWriter(of: Tag, domain: Domain, bodyBytes: number): Writer {
  return exactly(exactly(new Writer(tagBytes + 2 * hashBytes + bodyBytes).put(tagOf(of)), domain.networkId, hashBytes), domain.contractId, hashBytes);
}

function exactly(writer: Writer, bytes: Uint8Array, size: number): Writer {
  expectBytes(bytes, size);
  return writer.put(bytes);
}

/** Fixed width is what keeps two different messages from having the same bytes. */
export function expectBytes(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.byteLength !== size) throw new RangeError(`bytes: expected ${size}, got ${bytes.byteLength}`);
  return bytes;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
