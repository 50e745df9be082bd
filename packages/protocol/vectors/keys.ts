// Test keys, the same in every run: the private key of `name` is SHA-256 of "EnergyMesh vectors: " and the name.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { type Domain, networkIdOf, strictly } from '../src/index.ts';

export const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());
export const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** DER in front of 32 bytes: RFC 8410. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

export interface TestKey {
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}
export function keyOf(name: string): TestKey {
  const seed = sha256(text(`EnergyMesh vectors: ${name}`));
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
  return { publicKey, seed, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

/** What OpenSSL says: RFC 8032. */
export const opensslVerify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, message, createPublicKey({ key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' }), signature);
export const strictVerify = strictly(opensslVerify);

export const passphrase = 'EnergyMesh vectors';
export const domain: Domain = { networkId: networkIdOf(sha256, passphrase), contractId: sha256(text('EnergyMesh vectors: contract')) };

export const hub = keyOf('hub');
export const relay = keyOf('relay');
/** Members beside the relay. */
export const members = [keyOf('member 1'), keyOf('member 2'), keyOf('member 3')] as const;
/** Nobody vouched for this one. */
export const stranger = keyOf('stranger');
export const epoch = 487_000;

export const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(Buffer.from(b));
