import type { Incarnation, NodeId } from './ids.ts';
import type { ReceiptPort } from './receipts/ports.ts';

/** What the community's CA says of a node, out of its certificate. */
export interface CertifiedNode {
  readonly node: NodeId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly mayBeGateway: boolean;
}

/** Keys shared by this node and one other, for one pair of incarnations. docs/protocol.md §9.1 */
export interface PairKeys {
  /** AEAD; nonce 12 bytes; returns ciphertext with a 16-byte tag. */
  seal(nonce: Uint8Array, associated: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Undefined when the tag does not fit. */
  open(nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** 16 bytes. */
  mac(data: Uint8Array): Uint8Array;
}

/** Synchronous cryptography: node:crypto in the agent, a keyed hash in the simulator. */
export interface Crypto {
  /** Signs with the node's own Ed25519 key: 64 bytes. */
  sign(data: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
  /** SHA-256, first 8 bytes as hex. */
  hash64(data: Uint8Array): string;
  /** A node's certificate as the community's CA issued it; undefined when it is not of this community, forged or revoked. Dates are not judged here. */
  certified(certificate: Uint8Array): CertifiedNode | undefined;
  /** This node's X25519 public key of this incarnation: 32 bytes. */
  readonly agreementKey: Uint8Array;
  pairKeys(self: { node: NodeId; incarnation: Incarnation }, peer: { node: NodeId; incarnation: Incarnation; agreementKey: Uint8Array }): PairKeys;
  /** The number of a community document (revocations, device credentials) whose CA signature holds; undefined when it does not. */
  communityDocumentNumber(document: Uint8Array): number | undefined;
}

/** SHA-256: 32 bytes of their own. What is only arithmetic over bytes (trees, proofs, draws) takes this instead of the whole port: pages and checkers have it too. */
export type Sha256 = (data: Uint8Array) => Uint8Array;
/** Ed25519 as the ledger verifies it, which is stricter than RFC 8032: docs/proofs.md §3.3. `strictly` makes one out of a library's. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Batch compression with the protocol's dictionary; the simulator leaves it out. docs/protocol.md §6.3 */
export interface Compression {
  deflate(plain: Uint8Array): Uint8Array;
  /** Undefined when the bytes are broken or would grow beyond `bytesMax`. */
  inflate(deflated: Uint8Array, bytesMax: number): Uint8Array | undefined;
}

/** What the machine says of the time of day. Passed on for people to look at; the protocol decides nothing by it. docs/protocol.md §3.6 */
export interface WallReading {
  /** Unix seconds. */
  readonly seconds: number;
  readonly trusted: boolean;
}

export interface Ports {
  readonly crypto: Crypto;
  readonly random: Random;
  readonly compression?: Compression;
  /** Left out where there is no time of day: then 0, untrusted. */
  readonly wall?: () => WallReading;
  /** Left out: receipts are neither asked for nor given. */
  readonly receipts?: ReceiptPort;
}
