import { type Params, type Stroops, whole } from './params.ts';

/** What the hub attested; undefined where it was silent: no bonus, and no penalty either. */
export interface Attested {
  readonly uptimeBp: number;
  /** `latencyUnknownUs` when nobody measured it. */
  readonly latencyUs: number;
  readonly earning: number;
}

/** One node's epoch, as the contract sees it. */
export interface Hour {
  readonly packetCount: number;
  readonly attested: Attested | undefined;
  readonly onProbation: boolean;
}

/** An hour's reward with every factor, so that a page can explain it. */
export interface Reward {
  /** That are paid: after the hub's word and the cap per node. */
  readonly packets: number;
  readonly bonusUptimeBp: number;
  readonly bonusLatencyBp: number;
  readonly penaltyBp: number;
  /** 10,000 + bonuses - penalty. */
  readonly bp: number;
  /** 10,000, or less on probation. */
  readonly shareBp: number;
  /** Before the community's budget. */
  readonly gross: Stroops;
}

/** The rule, in the integers of the contract. docs/proofs.md §7.1 */
export function rewardOf(params: Params, { packetCount, attested, onProbation }: Hour): Reward {
  const packets = Math.min(packetCount, attested?.earning ?? packetCount, params.nodeCap);
  const bonusUptimeBp = attested !== undefined && attested.uptimeBp > params.uptimeHighBp ? params.bonusUptimeBp : 0;
  const bonusLatencyBp = attested !== undefined && attested.latencyUs < params.latencyUsMax ? params.bonusLatencyBp : 0;
  const penaltyBp = attested !== undefined && attested.uptimeBp < params.uptimeLowBp ? params.penaltyBp : 0;
  const bp = whole + bonusUptimeBp + bonusLatencyBp - penaltyBp;
  const shareBp = onProbation ? params.probationBp : whole;
  const gross = (BigInt(packets) * BigInt(params.stroopsPer1000) * BigInt(bp) * BigInt(shareBp)) / 100_000_000_000n;
  return { packets, bonusUptimeBp, bonusLatencyBp, penaltyBp, bp, shareBp, gross };
}
