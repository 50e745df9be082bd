import { derOfPem, joinDer, splitDer } from './der.ts';

/** An identity record, as flooded in the mesh, is at most so long. docs/protocol.md §5.3 */
export const identityBytesMax = 4096;

/** Leaf and issuing certificate of a chain, end to end in DER. Throws TypeError for a text that holds no such chain. */
export function encodeIdentity(chainPem: string): Uint8Array {
  const chain = derOfPem(chainPem);
  if (!chain || chain.length < 2) throw new TypeError('identity: expected a leaf and its issuing certificate in PEM');
  const bytes = joinDer(chain.slice(0, 2));
  if (bytes.length > identityBytesMax) throw new TypeError(`identity: ${bytes.length} bytes, at most ${identityBytesMax} are allowed`);
  return bytes;
}

/** Undefined when the bytes are no identity record. Nothing is verified here. */
export function decodeIdentity(bytes: Uint8Array): { readonly leaf: Uint8Array; readonly issuing: Uint8Array } | undefined {
  if (bytes.length > identityBytesMax) return undefined;
  const parts = splitDer(bytes);
  return parts?.length === 2 ? { leaf: parts[0]!, issuing: parts[1]! } : undefined;
}
