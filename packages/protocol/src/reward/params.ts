/** Amounts of the ledger's own coin: 10,000,000 stroops are 1 XLM. */
export type Stroops = bigint;

/** Parts per 10,000. */
export const whole = 10_000;

/** What the community votes on. docs/proofs.md §8 says why each default and bound. */
export interface Params {
  readonly stroopsPer1000: number;
  readonly bonusUptimeBp: number;
  readonly bonusLatencyBp: number;
  readonly penaltyBp: number;
  readonly uptimeHighBp: number;
  readonly uptimeLowBp: number;
  readonly latencyUsMax: number;
  /** Stroops for all nodes and one epoch; at most 10^13, so a number is exact. */
  readonly epochBudget: number;
  /** Packets per node and epoch. */
  readonly nodeCap: number;
  /** Packets that one next hop vouches for, per relay and epoch; the hub's own receipts are not capped. */
  readonly pairCap: number;
  /** Packets per device and epoch. */
  readonly deviceQuota: number;
  readonly probationEpochs: number;
  readonly probationBp: number;
  readonly auditBp: number;
  readonly samples: number;
  readonly revealEpochs: number;
  readonly settleEpochs: number;
  readonly quorumBp: number;
  readonly votingEpochs: number;
  readonly timelockEpochs: number;
}
export type ParamName = keyof Params;

/** How one parameter stands in the contract, and what it may be. */
export interface ParamRule {
  /** Its name in the contract. */
  readonly field: string;
  readonly type: 'u32' | 'u64' | 'i128';
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

const u32 = (field: string, initial: number, min: number, max: number): ParamRule => ({ field, type: 'u32', initial, min, max });

/** docs/proofs.md §8; the contract holds every change to the same bounds. */
export const paramRules: Readonly<Record<ParamName, ParamRule>> = Object.freeze({
  stroopsPer1000: u32('stroops_per_1000', 100_000, 1, 10_000_000),
  bonusUptimeBp: u32('bonus_uptime_bp', 1000, 0, 5000),
  bonusLatencyBp: u32('bonus_latency_bp', 500, 0, 5000),
  penaltyBp: u32('penalty_bp', 2000, 0, 9000),
  uptimeHighBp: u32('uptime_high_bp', 9500, 1, 10_000),
  uptimeLowBp: u32('uptime_low_bp', 8000, 0, 9999),
  latencyUsMax: u32('latency_us_max', 100_000, 1000, 10_000_000),
  epochBudget: { field: 'epoch_budget', type: 'i128', initial: 100_000_000, min: 0, max: 10_000_000_000_000 },
  nodeCap: { field: 'node_cap', type: 'u64', initial: 360_000, min: 1, max: 3_600_000 },
  pairCap: { field: 'pair_cap', type: 'u64', initial: 180_000, min: 1, max: 3_600_000 },
  deviceQuota: u32('device_quota', 3600, 1, 1_000_000),
  probationEpochs: u32('probation_epochs', 168, 0, 8760),
  probationBp: u32('probation_bp', 5000, 0, 10_000),
  auditBp: u32('audit_bp', 2500, 0, 10_000),
  samples: u32('samples', 8, 1, 16),
  revealEpochs: u32('reveal_epochs', 168, 24, 720),
  settleEpochs: u32('settle_epochs', 2, 1, 24),
  quorumBp: u32('quorum_bp', 3000, 1000, 10_000),
  votingEpochs: u32('voting_epochs', 72, 1, 720),
  timelockEpochs: u32('timelock_epochs', 24, 1, 720),
});
export const paramNames = Object.keys(paramRules) as readonly ParamName[];

export const defaultParams: Params = Object.freeze(Object.fromEntries(paramNames.map((name) => [name, paramRules[name].initial]))) as unknown as Params;

/** Names of those out of bounds; low uptime has to lie below high. Empty: the contract takes them. */
export function unfitParams(params: Params): ParamName[] {
  const unfit = paramNames.filter((name) => {
    const { min, max } = paramRules[name];
    return !(Number.isInteger(params[name]) && params[name] >= min && params[name] <= max);
  });
  return params.uptimeLowBp < params.uptimeHighBp || unfit.includes('uptimeLowBp') ? unfit : [...unfit, 'uptimeLowBp'];
}
