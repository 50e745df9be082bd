import { type Claimed, type Opening, type OpeningFault, openingFault } from '../merkle/opening.ts';
import type { Sha256, VerifySignature } from '../ports.ts';
import { type Domain, equalBytes } from './domain.ts';
import { receiptMessage } from './messages.ts';

/** `self`: the relay vouches for itself; `voucher`: `next` is nobody who may; `signature`: not by `next`, or not over this relay's epoch. */
export type RevealFault = OpeningFault | 'self' | 'voucher' | 'signature';

export interface Revealing extends Claimed {
  readonly domain: Domain;
  readonly relay: Uint8Array;
  readonly epoch: number;
  /** A node registered with the contract, or the hub; for hours up to its end also a hub that was replaced. */
  readonly mayVouch: (next: Uint8Array) => boolean;
}

export interface Checks {
  readonly sha256: Sha256;
  /** Strict: `strictly`. */
  readonly verify: VerifySignature;
}

/** What the contract checks of one opening, the sample's packet `index` included. docs/proofs.md §6.4 */
export function revealFault({ sha256, verify }: Checks, of: Revealing, opening: Opening, index: number): RevealFault | undefined {
  const fault = openingFault(sha256, opening, of, index);
  if (fault !== undefined) return fault;
  const { leaf } = opening;
  if (equalBytes(leaf.next, of.relay)) return 'self';
  if (!of.mayVouch(leaf.next)) return 'voucher';
  const message = receiptMessage(of.domain, { ...leaf, epoch: of.epoch, relay: of.relay });
  return verify(leaf.next, message, leaf.signature) ? undefined : 'signature';
}
