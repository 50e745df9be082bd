import { epochsKept, epochsLapsed, type Params } from '@energymesh/protocol';
import type { HourRow } from '../store/rewards/hours.ts';
import type { ValueRow } from '../store/rewards/rule.ts';

/** As the contract will see it, docs/proofs.md §7.3: its names for why not. */
export type Claimable = 'yes' | 'closed' | 'NoProof' | 'SeedUnknown' | 'MustReveal' | 'NotSettled' | 'Lapsed';

export function claimable(hour: HourRow | undefined, { value, params, epoch }: { value: ValueRow | undefined; params: Params; epoch: number }): Claimable {
  if (!hour || hour.accepted === null) return 'NoProof';
  if (hour.closed !== null) return 'closed';
  if (epoch >= hour.accepted + epochsLapsed) return 'Lapsed';
  const attested = hour.attestedTx !== null;
  if (epoch < hour.accepted + (attested ? params.settleEpochs : epochsKept)) return 'NotSettled';
  if (!value) return 'SeedUnknown';
  const shown = hour.revealedTx !== null || hour.packets === 0;
  return !shown && (hour.mustShow || value.drawn || !attested) ? 'MustReveal' : 'yes';
}
