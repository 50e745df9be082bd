// What is signed for the contract: docs/proofs.md §3.2. Values out of range are bugs of the caller: RangeError.
import { utf8Encode } from '../wire/utf8.ts';
import { type Domain, domainWriter, expectBytes, hashBytes, publicKeyBytes, tag } from './domain.ts';

/** What a proof may count: far more than any machine carries in an hour, and the sums of all of them are exact. */
export const packetCountMax = 0xffff_ffff;

/** The mission's proof of an hour, without its signature. */
export interface ProofClaim {
  /** Ed25519 public key, 32 bytes. */
  readonly node: Uint8Array;
  /** Sum over the tree's leaves. */
  readonly packetCount: number;
  /** Unix seconds: the first of the epoch. */
  readonly timestamp: number;
  readonly merkleRoot: Uint8Array;
}
export interface Proof extends ProofClaim {
  /** By the node, 64 bytes. */
  readonly signature: Uint8Array;
}

/** 160 bytes, signed by the node. */
export function proofMessage(domain: Domain, { node, packetCount, timestamp, merkleRoot }: ProofClaim): Uint8Array {
  if (packetCount > packetCountMax) throw new RangeError(`proof: ${packetCount} packets`);
  return domainWriter(tag.proof, domain, 80)
    .put(expectBytes(node, publicKeyBytes))
    .u64(packetCount)
    .u64(timestamp)
    .put(expectBytes(merkleRoot, hashBytes))
    .done();
}

/** A next hop's word that it has `packets` of `relay`'s packets. */
export interface ReceiptClaim {
  readonly epoch: number;
  readonly relay: Uint8Array;
  /** Who signs: a member, or the hub for a gateway's hop. */
  readonly next: Uint8Array;
  /** From 1, strictly rising per (relay, next, epoch). */
  readonly seq: number;
  /** 1 to 256. */
  readonly packets: number;
  readonly bundlesRoot: Uint8Array;
}

/** 186 bytes, signed by `next`. */
export const receiptMessage = (domain: Domain, { epoch, relay, next, seq, packets, bundlesRoot }: ReceiptClaim): Uint8Array =>
  domainWriter(tag.receipt, domain, 106)
    .u32(epoch)
    .put(expectBytes(relay, publicKeyBytes))
    .put(expectBytes(next, publicKeyBytes))
    .u32(seq)
    .u16(packets)
    .put(expectBytes(bundlesRoot, hashBytes))
    .done();

/** 112 bytes, signed by the hub: this key is a member's. */
export const memberMessage = (domain: Domain, node: Uint8Array): Uint8Array =>
  domainWriter(tag.member, domain, 32).put(expectBytes(node, publicKeyBytes)).done();

const address = /^[GC][A-Z2-7]{55}$/;

export interface Registration {
  readonly node: Uint8Array;
  /** Higher than any before. */
  readonly nonce: number;
  /** Strkey of an account (G...) or a contract (C...); its checksum is the wallet's to check. */
  readonly payout: string;
}

/** 172 bytes, signed by the node. */
export function registerMessage(domain: Domain, { node, nonce, payout }: Registration): Uint8Array {
  if (!address.test(payout)) throw new RangeError(`payout: expected the strkey of an account or a contract, got "${payout.slice(0, 80)}"`);
  return domainWriter(tag.register, domain, 92).put(expectBytes(node, publicKeyBytes)).u32(nonce).put(utf8Encode(payout)).done();
}

/** No neighbour measured a round trip. */
export const latencyUnknownUs = 0xffff_ffff;

/** What the hub knows of a node's hour. */
export interface Attestation {
  readonly node: Uint8Array;
  readonly epoch: number;
  /** 0 to 10,000: share of minutes in which somebody heard the node. */
  readonly uptimeBp: number;
  /** Mean of the neighbours' heartbeat round trips; `latencyUnknownUs` when there were none. */
  readonly latencyUs: number;
  /** Packets that count after quotas, caps and arrival. */
  readonly earning: number;
}

/** 132 bytes, signed by the hub. */
export function attestMessage(domain: Domain, { node, epoch, uptimeBp, latencyUs, earning }: Attestation): Uint8Array {
  if (uptimeBp > 10_000) throw new RangeError(`uptime: ${uptimeBp} of 10000`);
  return domainWriter(tag.attest, domain, 52).put(expectBytes(node, publicKeyBytes)).u32(epoch).u32(uptimeBp).u32(latencyUs).u64(earning).done();
}

/** 116 bytes, signed by the hub: this epoch must be revealed, whatever the draw says. */
export const challengeMessage = (domain: Domain, node: Uint8Array, epoch: number): Uint8Array =>
  domainWriter(tag.challenge, domain, 36).put(expectBytes(node, publicKeyBytes)).u32(epoch).done();

/** 148 bytes, signed by the proposing node; `changeHash` is of the change's XDR. */
export const proposeMessage = (domain: Domain, node: Uint8Array, nonce: number, changeHash: Uint8Array): Uint8Array =>
  domainWriter(tag.propose, domain, 68).put(expectBytes(node, publicKeyBytes)).u32(nonce).put(expectBytes(changeHash, hashBytes)).done();

/** 117 bytes, signed by the voting node. */
export const voteMessage = (domain: Domain, node: Uint8Array, proposal: number, yes: boolean): Uint8Array =>
  domainWriter(tag.vote, domain, 37)
    .put(expectBytes(node, publicKeyBytes))
    .u32(proposal)
    .u8(yes ? 1 : 0)
    .done();

/** 144 bytes, signed by the hub; `contentHash` is of what it tells this node. */
export const toldMessage = (domain: Domain, node: Uint8Array, contentHash: Uint8Array): Uint8Array =>
  domainWriter(tag.told, domain, 64).put(expectBytes(node, publicKeyBytes)).put(expectBytes(contentHash, hashBytes)).done();
