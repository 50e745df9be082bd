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
  told: 'em-told-v1',
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

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The 32 bytes in a contract's address (C..., SEP-23: a byte of version, the id, two of checksum), whose form and checksum others have seen to. */
function contractIdOf(address: string): Uint8Array {
  if (!/^C[A-Z2-7]{55}$/.test(address)) throw new RangeError(`contract: ${address}`);
  let bits = 0n;
  for (const letter of address) bits = (bits << 5n) | BigInt(base32.indexOf(letter));
  return Uint8Array.from({ length: 32 }, (_, i) => Number((bits >> BigInt(8 * (33 - i))) & 0xffn));
}

/** Of a network by its passphrase and a contract by its address. */
export const domainOf = (sha256: Sha256, { network, contract }: { readonly network: string; readonly contract: string }): Domain => ({
  networkId: networkIdOf(sha256, network),
  contractId: contractIdOf(contract),
});

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
