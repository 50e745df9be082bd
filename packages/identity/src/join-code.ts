import { createHash } from 'node:crypto';
import { inFours } from './keys.ts';

const CONTEXT = 'EnergyMesh join code 1\0';

/**
 * What two people compare when a node asks to join: 80 bits over the node's key and the root that the node met, in base32, e.g. `mfra-abcd-efgh-2345`. Who stands
 * between node and hub shows the node another root or the hub another key, and the two codes differ. Long enough that no key is found that makes them equal.
 */
export function joinCode(rawPublicKey: Uint8Array, rootPin: string): string {
  if (rawPublicKey.length !== 32) throw new TypeError(`public key: expected 32 bytes, got ${rawPublicKey.length}`);
  return inFours(createHash('sha256').update(CONTEXT).update(rawPublicKey).update(Buffer.from(rootPin, 'hex')).digest());
}
