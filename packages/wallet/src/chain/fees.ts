import type { Chain } from './chain.ts';
import type { Ledger } from './ledger.ts';

/** What a transaction may cost beyond the resources it uses, per operation, in stroops. */
export interface InclusionFee {
  /** What is offered: enough for nine of ten recent ledgers. A ledger that is not full takes the base fee only. */
  readonly bidStroops: bigint;
  /** What others paid mostly. */
  readonly likelyStroops: bigint;
}

/** 0.01 XLM for one operation: above this the network is so busy that waiting is better than paying. */
export const bidStroopsMax = 100_000n;

export async function inclusionFee({ rpc }: Chain, kind: 'classic' | 'contract', ledger: Ledger, signal?: AbortSignal): Promise<InclusionFee> {
  const stats = (await rpc.call('getFeeStats', {}, signal)).object(kind === 'classic' ? 'inclusionFee' : 'sorobanInclusionFee');
  const within = (stroops: bigint): bigint => {
    if (stroops < ledger.baseFeeStroops) return ledger.baseFeeStroops;
    return stroops > bidStroopsMax ? bidStroopsMax : stroops;
  };
  return { bidStroops: within(BigInt(stats.integer('p90'))), likelyStroops: within(BigInt(stats.integer('mode'))) };
}
