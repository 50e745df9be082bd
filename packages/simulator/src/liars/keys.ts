import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { type Domain, NodeId, networkIdOf, type Sha256, strictly, type VerifySignature } from '@energymesh/protocol';

export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');
const text = (words: string): Uint8Array => Buffer.from(words);

/** DER in front of 32 bytes: RFC 8410. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** A real Ed25519 key out of a seed and a name, so that a run can be repeated to the byte. */
export class Key {
  readonly publicKey: Uint8Array;
  readonly hex: string;
  /** As entries have it. Certificates are left out here. */
  readonly id: NodeId;
  readonly #key: KeyObject;

  constructor(seed: number, name: string) {
    this.#key = createPrivateKey({ key: Buffer.concat([pkcs8, sha256(text(`liars ${seed} ${name}`))]), format: 'der', type: 'pkcs8' });
    this.publicKey = new Uint8Array(createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(spki.byteLength));
    this.hex = Buffer.from(this.publicKey).toString('hex');
    this.id = NodeId(Buffer.from(sha256(this.publicKey)).toString('hex').slice(0, 16));
  }

  sign(message: Uint8Array): Uint8Array {
    return sign(null, message, this.#key);
  }
}

export const domain: Domain = { networkId: networkIdOf(sha256, 'a simulated network'), contractId: sha256(text('a simulated contract')) };

/** 32 bytes that anybody who has the seed can make again. */
export const drawn = (...of: readonly (string | number)[]): Uint8Array => sha256(text(of.join(' ')));

const keysMax = 64;
const keys = new Map<string, KeyObject>();

function keyOf(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('hex');
  const known = keys.get(name);
  if (known) return known;
  const made = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' });
  if (keys.size >= keysMax) keys.clear();
  keys.set(name, made);
  return made;
}

/** The same receipts are shown in many runs: above it all is forgotten, and worked out again. */
const verdictsMax = 200_000;
const verdicts = new Map<string, boolean>();

/** As strict as the ledger, and asked once for each (key, message, signature). */
export const verifyStrictly: VerifySignature = strictly((publicKey, message, signature) => {
  const name = Buffer.from(sha256(Buffer.concat([publicKey, signature, message]))).toString('base64');
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const holds = verify(null, message, keyOf(publicKey), signature);
  if (verdicts.size >= verdictsMax) verdicts.clear();
  verdicts.set(name, holds);
  return holds;
});
