import type { Stroops } from './params.ts';

/** One epoch's account. `total` stands still once the epoch is settled, `latePaid` grows. */
export interface EpochAccount {
  readonly budget: Stroops;
  /** Sum of the gross rewards that were attested in time. */
  readonly total: Stroops;
  /** Paid out of what these left. */
  readonly latePaid: Stroops;
}

/** Attested before this epoch began: in time. docs/proofs.md §7.2 */
export const settledAt = (epoch: number, settleEpochs: number): number => epoch + 1 + settleEpochs;

/** In time: in full while all fit into the budget, else each the same share of it. */
export const payInTime = ({ budget, total }: EpochAccount, gross: Stroops): Stroops => (total <= budget ? gross : (gross * budget) / total);

/** Late: out of what is left, first come, first served. */
export function payLate({ budget, total, latePaid }: EpochAccount, gross: Stroops): Stroops {
  const left = budget - (total < budget ? total : budget) - latePaid;
  return gross < left ? gross : left;
}
