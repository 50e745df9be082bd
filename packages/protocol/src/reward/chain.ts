import type { Sha256 } from '../ports.ts';
import { equalBytes } from '../proof/domain.ts';

/** One publication reaches over so many epochs at most, because the contract keeps every value in between; a hub that was away longer catches up in several. */
export const chainStepsMax = 32;

export interface ChainLink {
  readonly epoch: number;
  readonly value: Uint8Array;
}

/** The value of an earlier epoch: v(e) = SHA-256(v(e + 1)). docs/proofs.md §6.1 */
export function chainValue(sha256: Sha256, from: ChainLink, epoch: number): Uint8Array {
  if (!(Number.isInteger(epoch) && epoch <= from.epoch)) throw new RangeError(`chain: epoch ${epoch} out of the value of ${from.epoch}`);
  let value = from.value;
  for (let e = from.epoch; e > epoch; e--) value = sha256(value);
  return value;
}

/** `future`: not before its epoch; `known`: not newer; `far`: more than 32 epochs on; `value`: does not hash back. */
export type ChainFault = 'future' | 'known' | 'far' | 'value';

/** Whether the contract takes `next` when it holds `last`. */
export function chainFault(sha256: Sha256, last: ChainLink, next: ChainLink, epochNow: number): ChainFault | undefined {
  if (next.epoch > epochNow) return 'future';
  if (next.epoch <= last.epoch) return 'known';
  if (next.epoch - last.epoch > chainStepsMax) return 'far';
  return equalBytes(chainValue(sha256, next, last.epoch), last.value) ? undefined : 'value';
}
