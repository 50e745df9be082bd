import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** A node's or the hub's Ed25519 key, the same for the same name. */
export class Key {
  readonly #key: KeyObject;
  readonly raw: Uint8Array;
  constructor(name: string) {
    const secret = createHash('sha256').update(name).digest();
    this.#key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]), format: 'der', type: 'pkcs8' });
    this.raw = new Uint8Array(createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-32));
  }
  get hex(): string {
    return Buffer.from(this.raw).toString('hex');
  }
  get id(): string {
    return createHash('sha256').update(this.raw).digest('hex').slice(0, 16);
  }
  sign = (data: Uint8Array): Uint8Array => new Uint8Array(sign(null, data, this.#key));
}

export const plainVerify = (publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean => {
  const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]), format: 'der', type: 'spki' });
  return verify(null, data, key, signature);
};
