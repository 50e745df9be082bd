import type { CertifiedNode, Crypto, NodeId, PairKeys } from '@energymesh/protocol';
import { NodeId as nodeIdOf } from '@energymesh/protocol';
import { Hash } from './hash.ts';

/**
 * Simulated cryptography: a keyed hash where the agent has Ed25519, X25519 and ChaCha20-Poly1305. It keeps what the
 * protocol relies on between honest nodes (a changed byte is noticed, another's signature does not fit) at a price that
 * lets hundreds of nodes run in one process. It protects nothing.
 */
export interface SimIdentity {
  readonly node: NodeId;
  readonly publicKey: Uint8Array;
  readonly certificate: Uint8Array;
  readonly name: string;
  readonly gateway: boolean;
}

/** By index of node, which its certificate begins with. */
export type Certified = { readonly certificate: Uint8Array; readonly node: CertifiedNode }[];

const certificateBytes = 38;
const indexIn = (certificate: Uint8Array): number => (certificate[0]! << 24) | (certificate[1]! << 16) | (certificate[2]! << 8) | certificate[3]!;

export function simIdentity(index: number, gateway: boolean): SimIdentity {
  const publicKey = new Hash().text('node key').number(index).fill(new Uint8Array(32));
  const node = nodeIdOf(new Hash().text('id').bytes(publicKey).hex());
  const certificate = new Uint8Array(certificateBytes);
  new DataView(certificate.buffer).setUint32(0, index);
  certificate[4] = gateway ? 1 : 0;
  certificate[5] = 0xce;
  certificate.set(publicKey, 6);
  return { node, publicKey, certificate, name: `n${index}`, gateway };
}

export class SimCrypto implements Crypto {
  readonly agreementKey: Uint8Array;
  readonly #self: SimIdentity;
  readonly #known: Certified;

  /** `known` is shared by all nodes of a world: what the community's CA has certified, by certificate. */
  constructor(self: SimIdentity, incarnation: number, known: Certified) {
    this.#self = self;
    this.#known = known;
    this.agreementKey = new Hash().text('agreement').text(self.node).number(incarnation).fill(new Uint8Array(32));
  }

  sign(data: Uint8Array): Uint8Array {
    return signature(this.#self.publicKey, data);
  }

  verify(publicKey: Uint8Array, data: Uint8Array, given: Uint8Array): boolean {
    return same(signature(publicKey, data), given);
  }

  hash64(data: Uint8Array): string {
    return new Hash().bytes(data).hex();
  }

  certified(certificate: Uint8Array): CertifiedNode | undefined {
    const known = certificate.length === certificateBytes ? this.#known[indexIn(certificate)] : undefined;
    return known && same(known.certificate, certificate) ? known.node : undefined;
  }

  pairKeys(self: { node: NodeId; incarnation: number }, peer: { node: NodeId; incarnation: number }): PairKeys {
    const [low, high] = self.node < peer.node ? [self, peer] : [peer, self];
    const key = new Hash().text(low.node).number(low.incarnation).text(high.node).number(high.incarnation).fill(new Uint8Array(16));
    const tag = (nonce: Uint8Array, associated: Uint8Array, plain: Uint8Array): Uint8Array =>
      new Hash().bytes(key).bytes(nonce).bytes(associated).bytes(plain).fill(new Uint8Array(16));
    return {
      seal: (nonce, associated, plain) => {
        const out = new Uint8Array(plain.length + 16);
        out.set(plain);
        out.set(tag(nonce, associated, plain), plain.length);
        return out;
      },
      open: (nonce, associated, sealed) => {
        if (sealed.length < 16) return undefined;
        const plain = sealed.subarray(0, sealed.length - 16);
        return same(tag(nonce, associated, plain), sealed.subarray(sealed.length - 16)) ? plain : undefined;
      },
      mac: (data) => new Hash().bytes(key).text('mac').bytes(data).fill(new Uint8Array(16)),
    };
  }

  communityDocumentNumber(document: Uint8Array): number | undefined {
    return document.length === 4 ? new DataView(document.buffer, document.byteOffset).getUint32(0) : undefined;
  }
}

const signature = (publicKey: Uint8Array, data: Uint8Array): Uint8Array => new Hash().text('sign').bytes(publicKey).bytes(data).fill(new Uint8Array(64));

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
