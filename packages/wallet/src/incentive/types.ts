import { xdr } from '@stellar/stellar-sdk/base';
import { address, bool, bytes, type Codec, type Input, i128, type Output, optional, smallI128, struct, u32, u64 } from './codec.ts';

/** What callers send and views answer: contracts/incentive, src/types.rs. Names and units as in docs/proofs.md. */
export const config = struct({ token: address, hubKey: bytes(32), anchor: bytes(32), anchorEpoch: u32, epochSeconds: u32 });
export type Config = Output<typeof config>;

export const params = struct({
  stroopsPer1000: u32,
  bonusUptimeBp: u32,
  bonusLatencyBp: u32,
  penaltyBp: u32,
  uptimeHighBp: u32,
  uptimeLowBp: u32,
  latencyUsMax: u32,
  epochBudget: smallI128,
  nodeCap: u64,
  pairCap: u64,
  deviceQuota: u32,
  probationEpochs: u32,
  probationBp: u32,
  auditBp: u32,
  samples: u32,
  revealEpochs: u32,
  settleEpochs: u32,
  quorumBp: u32,
  votingEpochs: u32,
  timelockEpochs: u32,
});
export type Params = Output<typeof params>;

export const hubChange = struct({ hubKey: bytes(32), anchor: bytes(32), anchorEpoch: u32 });

type ChangeInput = { readonly params: Params } | { readonly hub: Input<typeof hubChange> };
export type Change = { readonly params: Params } | { readonly hub: Output<typeof hubChange> };

/** Rust's enum: a list of the variant's name and its content. */
export const change: Codec<ChangeInput, Change> = {
  shape: `Params(${params.shape})|Hub(${hubChange.shape})`,
  write: (value) =>
    'params' in value
      ? xdr.ScVal.scvVec([xdr.ScVal.scvSymbol('Params'), params.write(value.params)])
      : xdr.ScVal.scvVec([xdr.ScVal.scvSymbol('Hub'), hubChange.write(value.hub)]),
  read: (value) => {
    const [name, content, ...more] = value.type === 'scvVec' ? (value.vec ?? []) : [];
    const variant = name?.type === 'scvSymbol' && content && !more.length ? name.sym.toString() : undefined;
    if (variant === 'Params') return { params: params.read(content!) };
    if (variant === 'Hub') return { hub: hubChange.read(content!) };
    throw new TypeError(`expected a change, got ${variant ?? value.type}`);
  },
};

export const proof = struct({ node: bytes(32), packetCount: u64, timestamp: u64, merkleRoot: bytes(32), signature: bytes(64) });
export type ProofInput = Input<typeof proof>;

export const attestation = struct({ node: bytes(32), epoch: u32, uptimeBp: u32, latencyUs: u32, earning: u64, signature: bytes(64) });
export type AttestationInput = Input<typeof attestation>;

/** Last published value of the hub's hash chain. */
export const chainValue = struct({ epoch: u32, value: bytes(32) });
export type ChainValue = Output<typeof chainValue>;

export const nodeView = struct({ payout: address, nonce: u32, index: u32, registered: u32, probationFrom: u32, caught: u32, proposingUntil: u32 });
export type NodeView = Output<typeof nodeView>;

/** Sums over the closed hours. */
export const earnings = struct({ proved: u64, gross: i128, paid: i128, forfeited: i128 });
export type Earnings = Output<typeof earnings>;

const statuses = ['open', 'cleared', 'paid', 'forfeited'] as const;
export type HourStatus = (typeof statuses)[number];

export const status: Codec<HourStatus> = {
  shape: statuses.map((name, i) => `${name}=${i}`).join('|'),
  write: (value) => u32.write(statuses.indexOf(value)),
  read: (value) => {
    const name = statuses[u32.read(value)];
    if (!name) throw new TypeError(`no status: ${u32.read(value)}`);
    return name;
  },
};

/** `latencyUs` when nobody measured it. */
export const latencyUnknown = 0xffff_ffff;

/** The hub's word on an hour. `inTime`: before the epoch's account was closed. */
export interface Attested {
  readonly uptimeBp: number;
  readonly latencyUs: number;
  readonly earning: number;
  readonly inTime: boolean;
}

const flatProof = struct({
  packetCount: u64,
  merkleRoot: bytes(32),
  accepted: u32,
  status,
  uptimeBp: optional(u32),
  latencyUs: optional(u32),
  earning: optional(u64),
  inTime: bool,
  onProbation: bool,
  gross: i128,
  challenged: optional(u32),
  seed: optional(bytes(32)),
  mustReveal: bool,
  deadline: optional(u32),
});
type FlatProof = Output<typeof flatProof>;
export type ProofView = Omit<FlatProof, 'uptimeBp' | 'latencyUs' | 'earning' | 'inTime'> & { readonly attested: Attested | undefined };

/** The contract has the hub's word in single fields, which are there together or not at all. What was paid is in its events. */
export const proofView: Codec<Input<typeof flatProof>, ProofView> = {
  shape: flatProof.shape,
  write: (value) => flatProof.write(value),
  read: (value) => {
    const { uptimeBp, latencyUs, earning, inTime, ...view } = flatProof.read(value);
    const spoken = uptimeBp !== undefined && latencyUs !== undefined && earning !== undefined;
    return { ...view, attested: spoken ? { uptimeBp, latencyUs, earning, inTime } : undefined };
  },
};

export const epochView = struct({ value: optional(bytes(32)), known: u32, drawn: bool, budget: i128, total: i128, latePaid: i128, settled: bool });
export type EpochView = Output<typeof epochView>;

export const proposalView = struct({
  change,
  node: bytes(32),
  votingEnds: u32,
  executableFrom: u32,
  period: optional(u32),
  registered: u32,
  eligible: u32,
  needed: u32,
  yes: u32,
  no: u32,
  /** A bit for every node that voted. */
  voted: bytes(),
  executed: bool,
});
export type ProposalView = Output<typeof proposalView>;
