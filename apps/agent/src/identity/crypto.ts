import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { type CertificateVerifier, type NodeKey, publicKeyFromRaw, verifyCommunityDocument } from '@energymesh/identity';
import { type CertifiedNode, type Crypto, NodeId } from '@energymesh/protocol';
import { Agreement } from './agreement.ts';

const publicKeysMax = 1024;

export interface MeshCryptoOptions {
  readonly key: NodeKey;
  readonly verifier: CertificateVerifier;
  /** As of the newest community document at the time of the call; node id and serial. */
  readonly revoked: (node: string, serial: string) => boolean;
}

/** The protocol's cryptography on node:crypto. One per incarnation: its agreement key is made here and never stored. */
export function meshCrypto({ key, verifier, revoked }: MeshCryptoOptions): Crypto {
  const agreement = new Agreement();
  const publicKeys = new PublicKeys();
  let lastDocument: { readonly digest: string; readonly number: number | undefined } | undefined;
  return {
    sign: (data) => sign(null, data, key.privateKey),
    verify(publicKey, data, signature) {
      const known = publicKeys.get(publicKey);
      return known !== undefined && verify(null, data, known, signature);
    },
    hash64: (data) => createHash('sha256').update(data).digest('hex').slice(0, 16),
    certified(certificate): CertifiedNode | undefined {
      // Without a trusted clock dates are not judged: an expired certificate still tells who signed a record; links ask for its dates.
      const verdict = verifier.verifyNode(certificate, { clock: { now: 0, trusted: false }, revoked });
      if (!verdict.ok) return undefined;
      const { node, publicKey, name, roles } = verdict;
      return { node: NodeId(node), publicKey, name, mayBeGateway: roles.has('gateway') };
    },
    agreementKey: agreement.publicKey,
    pairKeys: (self, peer) => agreement.pairKeys(self, peer),
    communityDocumentNumber(document) {
      const digest = createHash('sha256').update(document).digest('base64');
      if (lastDocument?.digest !== digest) {
        const verdict = verifyCommunityDocument(document, verifier);
        lastDocument = { digest, number: verdict.ok ? verdict.document.number : undefined };
      }
      return lastDocument.number;
    },
  };
}

/** Key objects by their 32 bytes: making one costs as much as a verification. At the bound the oldest goes. */
class PublicKeys {
  readonly #keys = new Map<string, KeyObject>();

  /** Undefined for bytes that are no key. */
  get(raw: Uint8Array): KeyObject | undefined {
    const name = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64');
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    if (raw.length !== 32) return undefined;
    const key = publicKeyFromRaw(raw);
    if (this.#keys.size >= publicKeysMax) this.#keys.delete(this.#keys.keys().next().value as string);
    this.#keys.set(name, key);
    return key;
  }
}
