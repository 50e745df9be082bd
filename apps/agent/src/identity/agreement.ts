import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Incarnation, NodeId, PairKeys } from '@energymesh/protocol';

/** DER of a SubjectPublicKeyInfo up to the 32 raw bytes: RFC 8410 §4. */
const x25519Prefix = Buffer.from('302a300506032b656e032100', 'hex');
const tagBytes = 16;
const macBytes = 16;
const pairsMax = 2048;

interface Party {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/**
 * This incarnation's X25519 key and the pair keys derived from it: docs/protocol.md §9.1. The private key lives in memory only, so what
 * was sealed in an earlier incarnation cannot be opened with what is on the disk.
 */
export class Agreement {
  /** 32 bytes, for the node's advertisement. */
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;
  /** At the bound the pair that was used longest ago is forgotten and derived anew when needed. */
  readonly #pairs = new Map<string, PairKeys>();

  constructor() {
    const pair = generateKeyPairSync('x25519');
    this.#privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(x25519Prefix.length);
  }

  pairKeys(self: Party, peer: Party & { readonly agreementKey: Uint8Array }): PairKeys {
    const name = `${self.incarnation} ${peer.node} ${peer.incarnation} ${Buffer.from(peer.agreementKey).toString('base64')}`;
    const known = this.#pairs.get(name);
    if (known !== undefined) {
      this.#pairs.delete(name);
      this.#pairs.set(name, known);
      return known;
    }
    const keys = derivePairKeys(this.#shared(peer.agreementKey), self, peer);
    if (this.#pairs.size >= pairsMax) this.#pairs.delete(this.#pairs.keys().next().value as string);
    this.#pairs.set(name, keys);
    return keys;
  }

  /** A key of another length or of low order (RFC 7748 §6.1) shares nothing: what is sealed for its owner can then be opened by nobody. */
  #shared(raw: Uint8Array): Uint8Array {
    try {
      const publicKey = createPublicKey({ key: Buffer.concat([x25519Prefix, raw]), format: 'der', type: 'spki' });
      return diffieHellman({ privateKey: this.#privateKey, publicKey });
    } catch {
      return randomBytes(32);
    }
  }
}

/** HKDF-SHA256 over the shared secret, bound to both ends in the order of their ids: docs/protocol.md §9.1. */
export function derivePairKeys(shared: Uint8Array, self: Party, peer: Party): PairKeys {
  const selfIsLow = self.node < peer.node;
  const [low, high] = selfIsLow ? [self, peer] : [peer, self];
  const info = Buffer.concat([partyBytes(low), partyBytes(high)]);
  const material = Buffer.from(hkdfSync('sha256', shared, 'EnergyMesh pair 1', info, 96));
  const lowToHigh = material.subarray(0, 32);
  const highToLow = material.subarray(32, 64);
  const macKey = material.subarray(64, 96);
  const [sealKey, openKey] = selfIsLow ? [lowToHigh, highToLow] : [highToLow, lowToHigh];
  return {
    seal(nonce, associated, plain) {
      const cipher = createCipheriv('chacha20-poly1305', sealKey, nonce, { authTagLength: tagBytes });
      cipher.setAAD(associated, { plaintextLength: plain.length });
      const body = cipher.update(plain);
      cipher.final();
      return Buffer.concat([body, cipher.getAuthTag()]);
    },
    open(nonce, associated, sealed) {
      if (sealed.length < tagBytes) return undefined;
      const length = sealed.length - tagBytes;
      const decipher = createDecipheriv('chacha20-poly1305', openKey, nonce, { authTagLength: tagBytes });
      decipher.setAAD(associated, { plaintextLength: length });
      decipher.setAuthTag(sealed.subarray(length));
      const plain = decipher.update(sealed.subarray(0, length));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return plain;
    },
    mac: (data) => createHmac('sha256', macKey).update(data).digest().subarray(0, macBytes),
  };
}

function partyBytes(party: Party): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.write(party.node, 'hex');
  bytes.writeUInt32BE(party.incarnation, 8);
  return bytes;
}
