import type { Sha256 } from '../ports.ts';
import { expectBytes, hashBytes, publicKeyBytes } from '../proof/domain.ts';
import { u32At, Writer } from '../wire/cursor.ts';
import { utf8Encode } from '../wire/utf8.ts';
import { whole } from './params.ts';

const audit = utf8Encode('audit');

export interface SeedOf {
  /** The hub's chain value of the epoch after the one in which the contract accepted the proof. */
  readonly chainValue: Uint8Array;
  readonly merkleRoot: Uint8Array;
  readonly node: Uint8Array;
  readonly epoch: number;
}

/** Fixed before the proof was sent, known only afterwards. docs/proofs.md §6.2 */
export const seedOf = (sha256: Sha256, { chainValue, merkleRoot, node, epoch }: SeedOf): Uint8Array =>
  sha256(
    new Writer(100).put(expectBytes(chainValue, hashBytes)).put(expectBytes(merkleRoot, hashBytes)).put(expectBytes(node, publicKeyBytes)).u32(epoch).done(),
  );

/** Which packet of the sum sample `m` asks for; the same may come twice. */
export function sampleIndex(sha256: Sha256, seed: Uint8Array, m: number, packetCount: number): number {
  const drawn = sha256(new Writer(36).put(expectBytes(seed, hashBytes)).u32(m).done());
  const value = (BigInt(u32At(drawn, 0)) << 32n) | BigInt(u32At(drawn, 4));
  return Number(value % BigInt(packetCount));
}

/** All samples of a proof; none of one without packets. */
export const sampleIndexes = (sha256: Sha256, seed: Uint8Array, samples: number, packetCount: number): number[] =>
  packetCount === 0 ? [] : Array.from({ length: samples }, (_, m) => sampleIndex(sha256, seed, m, packetCount));

/** Whether the draw itself asks for a reveal. */
export const isAudited = (sha256: Sha256, seed: Uint8Array, auditBp: number): boolean =>
  u32At(sha256(new Writer(37).put(expectBytes(seed, hashBytes)).put(audit).done()), 0) % whole < auditBp;
