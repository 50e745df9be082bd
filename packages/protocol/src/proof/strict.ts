import type { VerifySignature } from '../ports.ts';
import { equalBytes, publicKeyBytes, signatureBytes } from './domain.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));

/** y of the points whose order divides 8, little-endian without the sign bit; the last two are spelled above the prime. */
const smallOrder: readonly Uint8Array[] = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
].map(hex);

/** Whether 32 bytes are a point of small order, in whatever spelling. */
export function isSmallOrder(point: Uint8Array): boolean {
  // Not slice(): a Buffer's shares its memory.
  const plain = Uint8Array.from(point);
  plain[31]! &= 0x7f;
  return smallOrder.some((known) => equalBytes(known, plain));
}

/**
 * The ledger refuses signatures and keys of small order, which RFC 8032 and some libraries take (OpenSSL 3.0 does, 3.5 does not). A receipt that a library takes and the ledger does not
 * would cost its holder the hour: whoever keeps receipts has to be as strict. docs/proofs.md §3.3
 */
export const strictly =
  (verify: VerifySignature): VerifySignature =>
  (publicKey, message, signature) =>
    publicKey.byteLength === publicKeyBytes &&
    signature.byteLength === signatureBytes &&
    !isSmallOrder(publicKey) &&
    !isSmallOrder(signature.subarray(0, 32)) &&
    verify(publicKey, message, signature);
