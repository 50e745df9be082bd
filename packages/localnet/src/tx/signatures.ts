import { createPublicKey, verify } from 'node:crypto';
import type { xdr } from '@stellar/stellar-sdk/base';
import { StrKey } from '@stellar/stellar-sdk/base';
import type { Account } from '../ledger/accounts.ts';

/** RFC 8410 SubjectPublicKeyInfo of an Ed25519 key, without the key. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

export const verifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
};

/** Weighs the signatures of one transaction, and remembers which were needed: one too many is an error on the network. */
export class SignatureChecker {
  readonly #hash: Uint8Array;
  readonly #signatures: readonly xdr.DecoratedSignature[];
  readonly #used: boolean[];

  constructor(hash: Uint8Array, signatures: readonly xdr.DecoratedSignature[]) {
    this.#hash = hash;
    this.#signatures = signatures;
    this.#used = signatures.map(() => false);
  }

  /** Whether the account's signers reach the weight. At least one must have signed, also where the weight asked for is 0. */
  check(account: Pick<Account, 'id' | 'thresholds' | 'signers'>, weightNeeded: number): boolean {
    const keys: { key: Uint8Array; weight: number }[] = [];
    if (account.thresholds[0] > 0) keys.push({ key: StrKey.decodeEd25519PublicKey(account.id), weight: account.thresholds[0] });
    for (const signer of account.signers) {
      if (signer.key.type === 'signerKeyTypeEd25519') keys.push({ key: signer.key.ed25519.value, weight: signer.weight });
    }
    let weight = 0;
    for (const [i, { hint, signature }] of this.#signatures.entries()) {
      const found = keys.findIndex(({ key }) => Buffer.compare(key.subarray(28), hint.value) === 0 && verifyEd25519(key, this.#hash, signature.value));
      if (found < 0) continue;
      this.#used[i] = true;
      weight += keys[found]!.weight;
      keys.splice(found, 1);
      if (weight >= weightNeeded) return true;
    }
    return false;
  }

  /** For a source that does not exist yet: its own key alone. */
  checkKey(id: string): boolean {
    return this.check({ id, thresholds: [1, 0, 0, 0], signers: [] }, 0);
  }

  allUsed(): boolean {
    return this.#used.every(Boolean);
  }
}
